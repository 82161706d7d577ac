import "server-only";

import type { Database } from "#db/pool.ts";
import { type Attempt, countOrRefuse } from "#lib/rate-limits.ts";

/** Whose secret is guessed at, and from where. */
export type Guess = {
  /** The account's id, or what stands for a name that no account has */
  subject: string;
  /** The subject and the form of its name: one count for each form */
  named: string;
  address: string;
  /** Whether the account's owner has logged in from this address lately */
  isKnownAddress: boolean;
};

/**
 * Counts a guess at an account's password before it is compared. The guesser must wait, not the owner: the first limit is for
 * one client address, the second caps the guesses from all addresses. An address from which the owner has signed in counts
 * apart from the others.
 * @throws {AppError} `throttled`
 */
export async function countGuess(db: Database, { subject, named, address, isKnownAddress }: Guess): Promise<Attempt[]> {
  const byName = await countOrRefuse(db, "login_account_address", `${named}:${address}`);
  return [byName, await countOrRefuse(db, "login_account", isKnownAddress ? `${subject}:${address}` : subject)];
}
