import "server-only";

import { isUsernameTaken, updateUser } from "#db/change-user.ts";
import type { Database } from "#db/pool.ts";
import { advanceSession } from "#db/rotate-session.ts";
import { findTaken } from "#db/users.ts";
import { rememberEvent } from "#lib/auth/account-events.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { now } from "#lib/auth/clock.ts";
import { tokensOf } from "#lib/auth/open-session.ts";
import type { Tokens } from "#lib/auth/tokens.ts";
import { config, refreshGraceSeconds } from "#lib/config.ts";
import { AppError } from "#lib/errors.ts";
import { usernameKey } from "#lib/names/username-key.ts";
import type { Problems } from "#lib/problems.ts";
import type { ChangeAccountValues } from "#lib/schemas.ts";
import { birthDateProblems } from "./birth-date.ts";

/**
 * Changes the viewer's account. `changeAccountRules` must have accepted the fields. A new name is in new tokens of this session
 * at once, and in those of the user's other sessions after their next refresh.
 * @returns the tokens with the new name; null if the name is still the same
 * @throws {AppError} `invalid_input` if another account has taken the name meanwhile; `access_token_not_valid` if the session
 *   has ended, which changes nothing
 */
export async function changeAccount(db: Database, viewer: Viewer, values: ChangeAccountValues): Promise<Tokens | null> {
  try {
    return await db.transaction((part) => change(part, viewer, values));
  } catch (error) {
    if (!isUsernameTaken(error)) throw error;
    throw new AppError("invalid_input", { fields: { username: [{ code: "username_taken" }] } }, { cause: error });
  }
}

/** The signup's rules beyond its schema, for an account that there is: its own name is not taken, in whatever case. */
export async function changeAccountRules(
  db: Database,
  { username, age }: Partial<ChangeAccountValues>,
  { userId }: Viewer,
): Promise<Problems> {
  const key = username === undefined ? null : usernameKey(username);
  const isTaken = key !== null && (await findTaken(db, { usernameKey: key, email: null, userId })).username;
  return {
    username: isTaken ? [{ code: "username_taken" }] : [],
    age: age === undefined ? [] : birthDateProblems(age, config().MINIMUM_AGE, now()),
  };
}

async function change(
  db: Database,
  { userId, sessionId }: Viewer,
  { username, age }: ChangeAccountValues,
): Promise<Tokens | null> {
  const key = username === undefined ? null : usernameKey(username);
  const changed = await updateUser(db, userId, { username: username ?? null, username_key: key, birth_date: age ?? null });
  if (changed?.is_renamed === false) return null;
  const session = changed && (await advanceSession(db, { id: sessionId, grace: refreshGraceSeconds(), isProved: false }));
  if (!session) throw new AppError("access_token_not_valid", { reason: "invalid" });
  await rememberEvent(db, userId, "username_changed");
  return tokensOf(session);
}
