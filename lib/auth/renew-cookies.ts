import "server-only";

import type { Database } from "#db/pool.ts";
import { isUnavailable } from "#db/unavailable.ts";
import { AppError, type SessionEnd } from "#lib/errors.ts";
import { acceptsSimplejwt } from "./accepts-simplejwt.ts";
import { givenCookies } from "./adopted-cookies.ts";
import { findViewer } from "./authenticate.ts";
import { clearedCookies } from "./cleared-cookies.ts";
import { readCookies, type SessionCookie, sessionCookies } from "./cookies.ts";
import { refreshByCookie } from "./refresh-presented.ts";

/** `end`: why the session ended, if it did; `ended` if that is not known */
export type Renewal = { cookies: SessionCookie[]; end: SessionEnd | "ended" | null };

const NOTHING: Renewal = { cookies: [], end: null };

/**
 * The cookies to set before a page is rendered: new ones if the access token is no longer valid and the refresh token is,
 * cleared ones if the session has ended, none if there is nothing to do or the database can't be asked.
 */
export async function renewCookies(db: Database, cookie: string | null): Promise<Renewal> {
  if (!mayNeedNew(cookie)) return NOTHING;
  try {
    if (await findViewer(db, cookie)) return { cookies: givenCookies(), end: null };
    const tokens = await refreshByCookie(db, cookie);
    return tokens ? { cookies: sessionCookies(tokens), end: null } : NOTHING;
  } catch (error) {
    if (error instanceof AppError) return error.clearsCookies ? cleared(error, cookie) : NOTHING;
    if (isUnavailable(error)) return NOTHING;
    throw error;
  }
}

// One of simplejwt's access tokens may be alone.
function mayNeedNew(cookie: string | null): boolean {
  return readCookies(cookie, "refresh").length > 0 || (acceptsSimplejwt() && readCookies(cookie, "access").length > 0);
}

// Without a cookie to clear the refused token was another application's, and no session of ours has ended.
function cleared({ code, details }: AppError, cookie: string | null): Renewal {
  const cookies = clearedCookies(cookie, "kept");
  if (cookies.length === 0) return NOTHING;
  const end = code === "refresh_token_not_valid" ? (details as AppError<"refresh_token_not_valid">["details"]).end : null;
  return { cookies, end: end ?? "ended" };
}
