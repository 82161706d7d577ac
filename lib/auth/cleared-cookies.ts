import "server-only";

import { type CookieName, clearedNames, readCookies, type SessionCookie } from "./cookies.ts";
import { isSignedHere, isWellFormed } from "./signed-token.ts";

const NAMES = ["access", "refresh"] as const;

/**
 * Chooses the cookies to clear after a session has ended, by the request's `Cookie` header. Cookies are shared by all ports of
 * a host, and the header does not name their paths: a cookie with our name may belong to another application or instance. A
 * token that another key signed is never cleared. A cookie that was not sent is treated as the other one.
 * @param unsigned what to do with a value that is no token at all: the API clears it, so that the next attempt starts clean;
 *   a page keeps it, because it may be another application's
 */
export function clearedCookies(header: string | null, unsigned: "cleared" | "kept" = "cleared"): SessionCookie[] {
  const owned = NAMES.map((which) => isOurs(readCookies(header, which), unsigned));
  const isClear = (index: number) => owned[index] ?? owned[1 - index] ?? true;
  return NAMES.filter((_which: CookieName, index) => isClear(index)).flatMap(clearedNames);
}

// Clearing reaches only the cookie at our path: a foreign cookie with the same name is at another path.
function isOurs(values: string[], unsigned: "cleared" | "kept"): boolean | null {
  if (values.length === 0) return null;
  if (values.some(isSignedHere)) return true;
  return unsigned === "cleared" && !values.some(isWellFormed);
}
