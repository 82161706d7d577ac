import { Suspense } from "react";
import { getAccount, isProved } from "#lib/pages/own-account.ts";
import { requireViewer } from "#lib/pages/viewer.ts";
import { type AccountSearch, WhatCame } from "./what-came.tsx";

/** What the query asks the account's page to say. Its parts are in layout.tsx. */
export default async function AccountPage({ searchParams }: { searchParams: Promise<AccountSearch> }) {
  const viewer = await requireViewer();
  const search = await searchParams;
  if (Object.keys(search).length === 0) return null;
  const [account, isFresh] = await Promise.all([getAccount(viewer), isProved(viewer)]);
  return (
    <Suspense>
      <WhatCame search={search} account={account} isProved={isFresh} />
    </Suspense>
  );
}
