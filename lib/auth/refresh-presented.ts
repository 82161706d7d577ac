import "server-only";

import type { Database } from "#db/pool.ts";
import { AppError } from "#lib/errors.ts";
import { readCookies } from "./cookies.ts";
import { refreshSession } from "./refresh-session.ts";
import { type Tokens, verifyAccessToken, verifyRefreshToken } from "./tokens.ts";

/**
 * Refreshes the session of the first good refresh cookie; null where none came along.
 * @throws {AppError} `refresh_token_not_valid`, as the first of them was refused; `unavailable`
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
 * Refreshes the session of a token that came in a body.
 * @param cookie what came along: its session lives on when the body's token is refused, unless both are of the same
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

function holdsAnotherSession(cookie: string | null, presented: string): boolean {
  const refused = verifyRefreshToken(presented);
  const access = readCookies(cookie, "access").map(verifyAccessToken);
  const refresh = readCookies(cookie, "refresh").map(verifyRefreshToken);
  return [...access, ...refresh].some((token) => token.ok && !(refused.ok && refused.claims.sid === token.claims.sid));
}
