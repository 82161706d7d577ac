import "server-only";

import type { Database } from "#db/pool.ts";
import { isUnavailable } from "#db/unavailable.ts";
import { findViewer } from "#lib/auth/authenticate.ts";
import { clearedCookies } from "#lib/auth/cleared-cookies.ts";
import { readCookies, type SessionCookie, sessionCookies } from "#lib/auth/cookies.ts";
import { refreshByCookie } from "#lib/auth/refresh-presented.ts";
import { AppError } from "#lib/errors.ts";

/**
 * The cookies to set before a page is rendered: new ones if the access token is no longer valid and the refresh token is,
 * cleared ones if the session has ended, none if there is nothing to do or the database can't be asked.
 */
export async function renewForPage(db: Database, cookie: string | null): Promise<SessionCookie[]> {
  if (readCookies(cookie, "refresh").length === 0) return [];
  try {
    if (await findViewer(db, cookie)) return [];
    const tokens = await refreshByCookie(db, cookie);
    return tokens ? sessionCookies(tokens) : [];
  } catch (error) {
    if (error instanceof AppError) return error.clearsCookies ? clearedCookies(cookie, "kept") : [];
    if (isUnavailable(error)) return [];
    throw error;
  }
}
