import "server-only";

import type { Database } from "#db/pool.ts";
import { isRefusal } from "#lib/errors.ts";
import { clearedCookies } from "./cleared-cookies.ts";
import type { SessionCookie } from "./cookies.ts";
import { endSession } from "./end-session.ts";
import { heldSessions } from "./held-sessions.ts";
import { endCompanions } from "./log-out.ts";
import { requireRefreshable } from "./refresh-session.ts";

/**
 * Ends the session of a refresh token, as simplejwt's blacklist does: a second time the token is refused.
 * @param cookie the `Cookie` header
 * @returns the cookies to clear. A browser that holds this session would come back with dead cookies; those of another stay
 * @throws {AppError} `refresh_token_not_valid`, which clears no cookies; `unavailable`
 */
export async function blacklistToken(db: Database, presented: string, cookie: string | null): Promise<SessionCookie[]> {
  const { id: sessionId, user_id: userId } = await findSession(db, presented);
  await endSession(db, { sessionId, userId }, "logged_out");
  await endCompanions(db, { sessionId, userId });
  const held = heldSessions(cookie);
  return held.length > 0 && held.every((id) => id === sessionId) ? clearedCookies(cookie) : [];
}

async function findSession(db: Database, presented: string) {
  try {
    return await requireRefreshable(db, presented);
  } catch (error) {
    if (isRefusal(error, "refresh_token_not_valid")) error.clearsCookies = false;
    throw error;
  }
}
