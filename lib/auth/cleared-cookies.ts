import "server-only";

import { type CookieName, clearedCookie, readCookies, type SessionCookie } from "./cookies.ts";
import { isSignedHere, isWellFormed } from "./signed-token.ts";

const NAMES = ["access", "refresh"] as const;

/**
 * The cookies to clear when the session is over, by the `Cookie` header that came along. Cookies know no port, and their
 * reader no path: one of our names may be another application's, or another instance's. What somebody else has signed is
 * not ours to clear. A cookie that did not come goes the way of the other one.
 * @param unsigned what becomes of a value that is no token at all: the API clears it, so that the next attempt is a clean
 *   one; on a page it may be another application's, and stays
 */
export function clearedCookies(header: string | null, unsigned: "cleared" | "kept" = "cleared"): SessionCookie[] {
  const owned = NAMES.map((which) => isOurs(readCookies(header, which), unsigned));
  const isClear = (index: number) => owned[index] ?? owned[1 - index] ?? true;
  return NAMES.filter((_which: CookieName, index) => isClear(index)).map(clearedCookie);
}

// Ours is the only one that clearing reaches: a foreign one beside it has to be at another path.
function isOurs(values: string[], unsigned: "cleared" | "kept"): boolean | null {
  if (values.length === 0) return null;
  if (values.some(isSignedHere)) return true;
  return unsigned === "cleared" && !values.some(isWellFormed);
}
