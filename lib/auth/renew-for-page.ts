import "server-only";

import { type Database, isUnavailable } from "@/db/pool";
import { AppError } from "../errors";
import { authenticate } from "./authenticate";
import { clearedCookies, readCookie, type SessionCookie, sessionCookies } from "./cookies";
import { refreshSession } from "./refresh-session";

/**
 * The cookies to set before a page is rendered: new ones where the access token is no longer good and the refresh
 * token is, cleared ones where neither is, none where there is nothing to do or the database can't be asked.
 */
export async function renewForPage(db: Database, cookie: string | null): Promise<SessionCookie[]> {
  const refresh = readCookie(cookie, "refresh");
  try {
    if (refresh === null || (await isSignedIn(db, cookie))) return [];
    return sessionCookies(await refreshSession(db, refresh));
  } catch (error) {
    if (isUnavailable(error)) return [];
    if (error instanceof AppError) return clearedCookies();
    throw error;
  }
}

async function isSignedIn(db: Database, cookie: string | null): Promise<boolean> {
  try {
    await authenticate(db, { authorization: null, cookie });
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
