import "server-only";

import type { Database } from "#db/pool.ts";
import { AppError } from "#lib/errors.ts";
import { readCookies } from "./cookies.ts";
import { heldSessions } from "./held-sessions.ts";
import { verifyPresented } from "./presented-refresh.ts";
import { refreshSession } from "./refresh-session.ts";
import { isCurrent, readSimplejwt } from "./simplejwt-tokens.ts";
import type { Tokens } from "./tokens.ts";

/**
 * Refreshes the session of the first good refresh cookie. Null if the request has none.
 * @throws {AppError} `refresh_token_not_valid`, with the reason of the first cookie; `unavailable`
 */
export async function refreshByCookie(db: Database, cookie: string | null): Promise<Tokens | null> {
  let refusal: AppError | null = null;
  for (const presented of readCookies(cookie, "refresh")) {
    try {
      return await refreshSession(db, presented);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refusal ??= error;
    }
  }
  if (refusal) throw refusal;
  return null;
}

/**
 * Refreshes the session of a token from the body.
 * @param cookie the `Cookie` header. If the body's token is refused, the cookies of another session are not cleared
 * @throws {AppError} `refresh_token_not_valid`, `unavailable`
 */
export async function refreshByBody(db: Database, presented: string, cookie: string | null): Promise<Tokens> {
  try {
    return await refreshSession(db, presented);
  } catch (error) {
    if (isRefusal(error) && holdsAnotherSession(cookie, presented)) error.clearsCookies = false;
    throw error;
  }
}

function isRefusal(error: unknown): error is AppError {
  return error instanceof AppError && error.code === "refresh_token_not_valid";
}

// Only the database knows the session of such a token. The next request that brings it will say.
function isSimplejwtAccess(presented: string): boolean {
  const token = readSimplejwt(presented);
  return token?.type === "access" && isCurrent(token);
}

function holdsAnotherSession(cookie: string | null, presented: string): boolean {
  const refused = verifyPresented(presented);
  const isOther = heldSessions(cookie).some((id) => !(refused.ok && refused.claims.sid === id));
  return isOther || readCookies(cookie, "access").some(isSimplejwtAccess);
}
