import { errandFailed, startOf, walkFailure, walkProvider } from "#app/_components/walk-words.ts";
import type { Account } from "#lib/answers.ts";
import { CameBack } from "./loaded-later.tsx";

/** Of lib/providers/walk.ts */
export type AccountSearch = { [Name in "linked" | "confirmed" | "error" | "provider"]?: string | string[] };

type Props = { search: AccountSearch; account: Account; isProved: boolean };

/** Says what a walk to a provider came to, once. A query can be anybody's: good news is said only if it is so. */
export function WhatCame({ search: { linked, confirmed, error, provider }, account, isProved }: Props) {
  const failure = walkFailure(error);
  if (failure) {
    return (
      <CameBack isGood={false} part="ways-in">
        {errandFailed(
          failure,
          walkProvider(provider),
          account.providers.some((id) => id === provider),
        )}
      </CameBack>
    );
  }
  if (account.providers.some((id) => id === linked)) {
    return (
      <CameBack isGood part="ways-in">
        {startOf(walkProvider(linked))} is added: you can log in with it from now on. All other devices are logged out.
      </CameBack>
    );
  }
  if (confirmed !== undefined && isProved) {
    return (
      <CameBack isGood part="ways-in">
        Confirmed that it is you. You can go on now.
      </CameBack>
    );
  }
  return null;
}
