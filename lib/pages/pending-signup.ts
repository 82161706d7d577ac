import "server-only";

import { headers } from "next/headers";
import { signUpRules } from "#lib/account/sign-up.ts";
import { providerName } from "#lib/auth/providers.ts";
import { findPendingSignup, verifiedEmail } from "#lib/providers/pending-signup.ts";
import { completeSignUpInput } from "#lib/schemas.ts";
import type { ProviderId } from "#lib/settings/providers.ts";
import { pageDatabase } from "./database.ts";

/** A newcomer whom a provider has identified, as the page shows them. */
export type Newcomer = {
  provider: { id: ProviderId; name: string };
  /** As they are called at the provider */
  name: string | null;
  /** A username that is free; null if none can be made of the name */
  username: string | null;
  /** The address that the provider has verified */
  email: string | null;
  /** Whether that is another account's */
  isTaken: boolean;
};

/** The newcomer who has to complete the signup in this browser; null for none. @throws {Error} `isOutage(error)` */
export async function getPendingSignup(): Promise<Newcomer | null> {
  const db = pageDatabase();
  const pending = await findPendingSignup(db, (await headers()).get("cookie"));
  if (!pending) return null;
  const { provider, name } = pending.identity;
  const email = verifiedEmail(pending);
  const username = usernameOf(name);
  const taken = await signUpRules(db, { ...(username === null ? {} : { username }), ...(email === null ? {} : { email }) });
  return {
    provider: { id: provider as ProviderId, name: providerName(provider) },
    name,
    username: taken.username ? null : username,
    email,
    isTaken: taken.email !== undefined,
  };
}

/** "Anna Schmidt" becomes "anna.schmidt". Null where the name has nothing that a username may hold. */
function usernameOf(name: string | null): string | null {
  const words = (name ?? "").normalize("NFKC").toLowerCase().split(/\s+/);
  const kept = words.map((word) => word.replace(/[^\p{L}\p{M}\p{Nd}.+_-]/gu, "")).filter(Boolean);
  return completeSignUpInput.shape.username.safeParse(kept.join(".")).data ?? null;
}
