import "server-only";

import { lockUser, verifyEmail } from "#db/email-addresses.ts";
import { replacePassword } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import { findRecoverableById, type RecoverableAccount } from "#db/recovery.ts";
import { listJustEnded } from "#db/session-ends.ts";
import { rememberEvent } from "#lib/auth/account-events.ts";
import { clientFacts } from "#lib/auth/client-facts.ts";
import { isRecoveryTokenOf, readRecoveryToken } from "#lib/auth/recovery-token.ts";
import { removeWaysIn } from "#lib/auth/remove-ways-in.ts";
import { rememberRevocation } from "#lib/auth/revocations.ts";
import { AppError } from "#lib/errors.ts";
import { post } from "#lib/mail/letter.ts";
import { passwordReset } from "#lib/mail/letters/password-reset.ts";
import { recovery } from "#lib/mail/letters/recovery.ts";
import { record } from "#lib/observe/events.ts";
import type { Problem, Problems } from "#lib/problems.ts";
import type { ResetPasswordValues } from "#lib/schemas.ts";
import { forgiveGuesses } from "./count-guess.ts";
import type { Hash } from "./hash-queue.ts";
import { hashPassword } from "./hashing.ts";
import { newPasswordProblems } from "./new-password-problems.ts";

const BAD_LINK: Problem = { code: "bad_link" };

/**
 * Asks for a mail with a link that sets a new password. The same row is written for any address: only the sender of mails looks
 * whether an account has it, so that neither the answer nor its time tells (ASVS 6.3.8).
 */
export async function askForRecovery(db: Database, email: string): Promise<void> {
  await post(db, recovery, { address: email, userId: null, facts: {} });
}

/** The rules of a reset beyond its schema. They come before the hash: a bad token costs none, and a bad password no token. */
export async function resetPasswordRules(
  db: Database,
  { token, new_password: password }: Partial<ResetPasswordValues>,
): Promise<Problems> {
  const account = token === undefined ? null : await findOpened(db, token);
  const about = account ?? { username: undefined, email: undefined };
  return {
    token: token === undefined || account ? [] : [BAD_LINK],
    new_password: password === undefined ? [] : await newPasswordProblems(password, about),
  };
}

/**
 * Sets the password of the account that a recovery token opens, and ends all of its sessions. `resetPasswordRules` must have
 * accepted the fields. Of requests with one token, one succeeds.
 * @param address the client's address
 * @throws {AppError} `invalid_input` if the token has become void meanwhile; `unavailable`
 */
export async function resetPassword(
  db: Database,
  hash: Hash,
  { token, new_password: password }: ResetPasswordValues,
  address: string,
): Promise<void> {
  const encoded = await hashPassword(hash, password);
  const reset = await db.transaction((part) => replace(part, token, encoded, address));
  if (!reset) throw new AppError("invalid_input", { fields: { token: [BAD_LINK] } });
  for (const id of reset.ended) {
    rememberRevocation(id);
    record("revocation", { user_id: reset.userId, session: id });
  }
  record("password_reset", { user_id: reset.userId });
}

async function replace(
  db: Database,
  token: string,
  encoded: string,
  address: string,
): Promise<{ userId: number; ended: string[] } | null> {
  const userId = readRecoveryToken(token);
  if (userId === null) return null;
  await lockUser(db, userId);
  // Another request with this token, a login or a change may have come first.
  const account = await findOpened(db, token);
  if (!account) return null;
  await replacePassword(db, userId, encoded);
  if (account.email !== null && (await verifyEmail(db, userId, account.email))) {
    await rememberEvent(db, userId, "email_verified");
    // Whatever else opens an account whose address was never verified may be a squatter's.
    await removeWaysIn(db, userId);
  }
  await rememberEvent(db, userId, "password_reset");
  await forgiveGuesses(db, account, address);
  const { address: from, device } = clientFacts();
  await post(db, passwordReset, { address: account.email, userId, facts: { address: from, device } });
  return { userId, ended: await listJustEnded(db, userId) };
}

async function findOpened(db: Database, token: string): Promise<RecoverableAccount | null> {
  const userId = readRecoveryToken(token);
  const account = userId === null ? null : await findRecoverableById(db, userId);
  return account && isRecoveryTokenOf(account, token) ? account : null;
}
