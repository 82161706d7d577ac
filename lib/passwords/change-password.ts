import "server-only";

import { lockUser } from "#db/email-addresses.ts";
import { rememberLoginAddress } from "#db/login-addresses.ts";
import { type AccountRow, findAccountById, replacePassword } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import { advanceSession } from "#db/rotate-session.ts";
import { keepSession, listJustEnded } from "#db/session-ends.ts";
import type { SessionRow } from "#db/sessions.ts";
import { rememberEvent } from "#lib/auth/account-events.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { clientFacts } from "#lib/auth/client-facts.ts";
import { tokensOf } from "#lib/auth/open-session.ts";
import { rememberRevocation } from "#lib/auth/revocations.ts";
import type { Tokens } from "#lib/auth/tokens.ts";
import { refreshGraceSeconds } from "#lib/config.ts";
import { AppError } from "#lib/errors.ts";
import { post } from "#lib/mail/letter.ts";
import { passwordChanged } from "#lib/mail/letters/password-changed.ts";
import { record } from "#lib/observe/events.ts";
import type { Problem, Problems } from "#lib/problems.ts";
import type { ChangePasswordValues } from "#lib/schemas.ts";
import { isOwnPassword } from "./check-password.ts";
import type { Guesser } from "./count-guess.ts";
import type { Hash } from "./hash-queue.ts";
import { hashPassword } from "./hashing.ts";
import { newPasswordProblems } from "./new-password-problems.ts";

const REQUIRED: Problem = { code: "required" };
const WRONG: Problem = { code: "wrong_old_password" };

/**
 * The rules of a change beyond its schema: an account with a password must send it. If the new password is refused, the current
 * one is compared here, so that one answer reports what is wrong with both. Otherwise `changePassword` compares it.
 * @throws {AppError} as `changePassword`
 */
export async function changePasswordRules(
  db: Database,
  { current_password: current, new_password: password }: Partial<ChangePasswordValues>,
  viewer: Viewer,
  guesser: Guesser,
): Promise<Problems> {
  const account = await findChanger(db, viewer, guesser.address);
  const isMissing = current === undefined && account.password !== null;
  const problems = password === undefined ? [] : await newPasswordProblems(password, account);
  const isRefused = password === undefined || problems.length > 0;
  const isWrong = isRefused && current !== undefined && !(await isCurrent(db, guesser, account, current));
  return {
    current_password: [...(isMissing ? [REQUIRED] : []), ...(isWrong ? [WRONG] : [])],
    new_password: problems,
  };
}

/**
 * Gives a signed-in user a new password, which `changePasswordRules` must have accepted. All other sessions end, and this one goes
 * on.
 * @param address the client's address
 * @returns the session's new tokens
 * @throws {AppError} `invalid_input` for a wrong current password; `throttled`; `unavailable`; `access_token_not_valid` if the
 *   session ended meanwhile
 */
export async function changePassword(
  db: Database,
  hash: Hash,
  viewer: Viewer,
  { current_password: current, new_password: password }: ChangePasswordValues,
  address: string,
): Promise<Tokens> {
  const account = await findChanger(db, viewer, address);
  if (!(await isCurrent(db, { hash, address }, account, current ?? ""))) throw wrongCurrent();
  const encoded = await hashPassword(hash, password);
  const { session, ended } = await db.transaction((part) => replace(part, viewer, account, encoded, address));
  for (const id of ended) {
    rememberRevocation(id);
    record("revocation", { user_id: account.id, session: id });
  }
  record("password_changed", { user_id: account.id });
  return tokensOf(session);
}

async function findChanger(db: Database, { userId }: Viewer, address: string): Promise<AccountRow> {
  const account = await findAccountById(db, userId, address);
  if (!account?.is_active) throw new AppError("access_token_not_valid", { reason: "invalid" });
  return account;
}

// An account without a password has proved by other means who its owner is.
async function isCurrent(db: Database, { hash, address }: Guesser, account: AccountRow, current: string): Promise<boolean> {
  return account.password === null || isOwnPassword(db, hash, account, current, address);
}

function wrongCurrent(): AppError {
  return new AppError("invalid_input", { fields: { current_password: [WRONG] } });
}

type Replaced = { session: SessionRow; ended: string[] };

// A throw takes everything back.
async function replace(
  db: Database,
  { sessionId }: Viewer,
  compared: AccountRow,
  encoded: string,
  address: string,
): Promise<Replaced> {
  const { id, email } = compared;
  await lockUser(db, id);
  const account = await findAccountById(db, id, address);
  // Another change came first: the password that was compared is an old one now.
  if (account?.password?.changed_at !== compared.password?.changed_at) throw wrongCurrent();
  await keepSession(db, sessionId);
  const changedAt = await replacePassword(db, id, encoded);
  const session = await advanceSession(db, { id: sessionId, grace: refreshGraceSeconds(), isProved: true });
  if (changedAt === null || session === null) throw new AppError("access_token_not_valid", { reason: "invalid" });
  const ended = await listJustEnded(db, id);
  await rememberLoginAddress(db, id, address, changedAt);
  await rememberEvent(db, id, "password_changed");
  const { address: from, device } = clientFacts();
  await post(db, passwordChanged, { address: email, userId: id, facts: { address: from, device } });
  return { session, ended };
}
