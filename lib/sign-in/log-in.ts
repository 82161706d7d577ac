import "server-only";

import { rememberLoginAddress } from "#db/login-addresses.ts";
import { findAccount, updatePasswordHash } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import { accountName } from "#lib/auth/account-name.ts";
import { openSession } from "#lib/auth/open-session.ts";
import type { Tokens } from "#lib/auth/tokens.ts";
import { AppError } from "#lib/errors.ts";
import { log } from "#lib/observe/log.ts";
import { countGuess } from "#lib/passwords/count-guess.ts";
import type { Hash } from "#lib/passwords/hash-queue.ts";
import { comparePassword } from "#lib/passwords/hashing.ts";
import { type Attempt, forgive, forgiveUnavailable } from "#lib/rate-limits.ts";
import type { LogInValues } from "#lib/schemas.ts";
import { rememberRefusedLogin } from "./refused-login.ts";
import { requireSecondFactor } from "./require-second-factor.ts";
import { requireVerifiedEmail } from "./require-verified-email.ts";

/**
 * Opens a session if the password is that of the active account with this username or e-mail address.
 * @param client the client's address, and the attempt that was counted for it
 * @throws {AppError} `no_active_account`, the same after the same time whatever was wrong; `email_not_verified` where the password
 *   is right and EMAIL_VERIFICATION is required; `second_factor_required`; `throttled`; `unavailable`
 */
export async function logIn(
  db: Database,
  hash: Hash,
  { username, password }: LogInValues,
  client: { address: string; attempt: Attempt | null },
): Promise<Tokens> {
  const name = accountName(username);
  const account = await findAccount(db, name, client.address);
  const guess = { accountId: account?.id ?? null, name, address: client.address };
  const guesses = await countGuess(db, { ...guess, isKnownAddress: account?.is_known_address ?? false });
  const stored = account?.is_active ? account.password : null;
  const compared = await forgiveUnavailable(db, guesses, () => comparePassword(db, hash, password, stored));
  if (!account || !stored || !compared.isRight) {
    await rememberRefusedLogin(db, account?.id ?? null);
    throw new AppError("no_active_account");
  }
  await forgive(db, { once: client.attempt ? [client.attempt] : [], all: guesses });
  if (compared.encoded !== null) await upgrade(db, account.id, stored.encoded, compared.encoded);
  await requireVerifiedEmail(db, account);
  await requireSecondFactor(db, account, { passwordChangedAt: stored.changed_at });
  await rememberLoginAddress(db, account.id, client.address, stored.changed_at);
  return openSession(db, account.id, { passwordChangedAt: stored.changed_at });
}

// Replaces an outdated hash while the password is at hand. A failure can wait for the next login, so it fails none.
async function upgrade(db: Database, userId: number, from: string, to: string): Promise<void> {
  try {
    await updatePasswordHash(db, userId, from, to);
  } catch (error) {
    log().warn({ err: error, user_id: userId }, "a password hash could not be upgraded");
  }
}
