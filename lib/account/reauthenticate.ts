import "server-only";

import { findAccountById } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import { advanceSession } from "#db/rotate-session.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { tokensOf } from "#lib/auth/open-session.ts";
import type { Tokens } from "#lib/auth/tokens.ts";
import { refreshGraceSeconds } from "#lib/config.ts";
import { AppError } from "#lib/errors.ts";
import { record } from "#lib/observe/events.ts";
import { isOwnPassword } from "#lib/passwords/check-password.ts";
import type { Hash } from "#lib/passwords/hash-queue.ts";
import type { Problems } from "#lib/problems.ts";
import type { ReauthenticateValues } from "#lib/schemas.ts";

/**
 * Proves that the holder of a session is the account's owner. For `REAUTHENTICATION_SECONDS` the session may then do what needs a
 * fresh proof.
 * @param address the client's address
 * @returns the session's new tokens, as after a refresh
 * @throws {AppError} `invalid_input` for a wrong password, which counts as a wrong login; `throttled`; `unavailable`;
 *   `access_token_not_valid` if the session has ended
 */
export async function reauthenticate(
  db: Database,
  hash: Hash,
  { userId, sessionId }: Viewer,
  password: string,
  address: string,
): Promise<Tokens> {
  const account = await findAccountById(db, userId, address);
  if (!account?.is_active) throw new AppError("access_token_not_valid", { reason: "invalid" });
  const isRight = await isOwnPassword(db, hash, account, password, address);
  if (!isRight) throw new AppError("invalid_input", { fields: { password: [{ code: "wrong_password" }] } });
  const session = await advanceSession(db, { id: sessionId, grace: refreshGraceSeconds(), isProved: true });
  if (!session) throw new AppError("access_token_not_valid", { reason: "invalid" });
  record("reauthentication", { user_id: userId, session: sessionId });
  return tokensOf(session);
}

/** A proof is one of the two. A body with neither is told about the password, as most accounts have one. */
export function reauthenticateRules(_db: Database, { password, provider }: Partial<ReauthenticateValues>): Problems {
  return password === undefined && provider === undefined ? { password: [{ code: "required" }] } : {};
}
