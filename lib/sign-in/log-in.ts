import "server-only";

import type { AccountName } from "#db/account-name.ts";
import { rememberLoginAddress } from "#db/login-addresses.ts";
import { type AccountRow, findAccount, updatePasswordHash } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import { openSession } from "#lib/auth/open-session.ts";
import type { Tokens } from "#lib/auth/tokens.ts";
import { AppError } from "#lib/errors.ts";
import { record } from "#lib/observe/events.ts";
import { log } from "#lib/observe/log.ts";
import type { Hash } from "#lib/passwords/hash-queue.ts";
import { comparePassword } from "#lib/passwords/hashing.ts";
import { type Attempt, countOrRefuse, forgive, forgiveUnavailable } from "#lib/rate-limits.ts";
import type { LogInValues } from "#lib/schemas.ts";
import { accountName, nameDigest } from "./account-name.ts";

/**
 * Opens a session for whoever knows the password of an active account, named by username or e-mail address.
 * @param client whence, and the attempt as it was counted for that address
 * @throws {AppError} `no_active_account`, the same and after the same time whatever was wrong; `throttled`; `unavailable`
 */
export async function logIn(
  db: Database,
  hash: Hash,
  { username, password }: LogInValues,
  client: { address: string; attempt: Attempt | null },
): Promise<Tokens> {
  const name = accountName(username);
  const account = await findAccount(db, name, client.address);
  const guesses = await countGuess(db, name, account, client.address);
  const encoded = account?.is_active ? account.encoded : null;
  const compared = await forgiveUnavailable(db, guesses, () => comparePassword(hash, password, encoded));
  if (!account || !compared.isRight) {
    record("login_refused", { user_id: account?.id ?? null });
    throw new AppError("no_active_account");
  }
  await forgive(db, { once: client.attempt ? [client.attempt] : [], all: guesses });
  await rememberLoginAddress(db, account.id, client.address, account.password_changed_at);
  if (compared.encoded !== null) await upgrade(db, account, compared.encoded);
  return openSession(db, account.id, account.password_changed_at);
}

// Whoever guesses waits, not the owner. First by name and address, as the name was given: counted together, a name and an
// e-mail address would tell that they are one account's. Then a cap on the account, against guesses from everywhere; an
// address that it was signed in from has a cap of its own, and says nothing about the others. A name that is nobody's counts
// in the same way.
async function countGuess(db: Database, name: AccountName, account: AccountRow | null, address: string): Promise<Attempt[]> {
  const digest = nameDigest(name);
  const byName = await countOrRefuse(db, "login_account_address", `${account?.id ?? "nobody"}:${digest}:${address}`);
  const subject = account ? String(account.id) : digest;
  return [byName, await countOrRefuse(db, "login_account", account?.is_known_address ? `${subject}:${address}` : subject)];
}

// A hash of another format or cost is replaced while the password is at hand. It can wait: a login does not fail for it.
async function upgrade(db: Database, account: AccountRow, encoded: string): Promise<void> {
  try {
    await updatePasswordHash(db, account.id, account.encoded, encoded);
  } catch (error) {
    log().warn({ err: error, user_id: account.id }, "a password hash could not be upgraded");
  }
}
