import type { AccountName } from "#db/account-name.ts";
import type { AccountRow } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import { accountName, nameDigest } from "#lib/auth/account-name.ts";
import { type Attempt, attemptOf, countOrRefuse, forgetAttempts, forgive } from "#lib/rate-limits.ts";
import type { Hash } from "./hash-queue.ts";

/** How a password is hashed for a comparison, and the client's address, by which wrong guesses are counted. */
export type Guesser = { hash: Hash; address: string };

/** A guess at an account's password: by which name the account was called, and from where. */
export type Guess = {
  /** Null for a name that no account has */
  accountId: number | null;
  name: AccountName;
  /** The client's address */
  address: string;
  /** Whether the account's owner has logged in from this address lately */
  isKnownAddress: boolean;
};

/**
 * Counts a guess at an account's password before it is compared. The guesser must wait, not the owner: the first limit is for
 * one client address, the second caps the guesses from all addresses. An address from which the owner has logged in counts
 * apart from the others.
 * @throws {AppError} `throttled`
 */
export async function countGuess(db: Database, { accountId, name, address, isKnownAddress }: Guess): Promise<Attempt[]> {
  const subject = accountId === null ? nameDigest(name) : String(accountId);
  const byName = await countOrRefuse(db, "login_account_address", nameAt(accountId, name, address));
  return [byName, await countOrRefuse(db, "login_account", isKnownAddress ? `${subject}:${address}` : subject)];
}

/** Counts a guess at an account that a session or a challenge names, as a wrong login by its username does. @throws as `countGuess` */
export function countGuessAt(
  db: Database,
  { id, username, is_known_address: isKnownAddress }: AccountRow,
  address: string,
): Promise<Attempt[]> {
  return countGuess(db, { accountId: id, name: accountName(username), address, isKnownAddress });
}

/**
 * Counts a guess at a code of an account's second factor as a wrong login, and apart from those: an intruder with the password,
 * or with the mailbox, has wrong logins forgiven, and must not begin anew with the codes. Only a right code forgives these.
 * @throws {AppError} `throttled`
 */
export async function countCodeGuess(db: Database, account: AccountRow, address: string): Promise<Attempt[]> {
  const guesses = await countGuessAt(db, account, address);
  const subject = account.is_known_address ? `${account.id}:${address}` : String(account.id);
  return [...guesses, await countOrRefuse(db, "second_factor_account", subject)];
}

/**
 * Forgives an account's owner, who has set a new password without the old one, the wrong guesses from this address. The guesses
 * from all addresses are forgiven where the password is replaced.
 */
export async function forgiveGuesses(
  db: Database,
  { id, username, email }: { id: number; username: string; email: string | null },
  address: string,
): Promise<void> {
  const names = email === null ? [username] : [username, email];
  const all = names.map((name) => attemptOf("login_account_address", nameAt(id, accountName(name), address)));
  await forgive(db, { once: [], all });
}

/** Deletes what was counted for an account that is being deleted. */
export async function forgetGuesses(db: Database, accountId: number): Promise<void> {
  await forgetAttempts(db, ["login_account", "login_account_address", "second_factor_account"], String(accountId));
}

// A shared count for a username and an e-mail address would reveal that they belong to one account. Unknown names are counted
// alike.
function nameAt(accountId: number | null, name: AccountName, address: string): string {
  return `${accountId ?? "nobody"}:${nameDigest(name)}:${address}`;
}
