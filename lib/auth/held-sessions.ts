import "server-only";

import { readCookies } from "./cookies.ts";
import { verifyPresented } from "./presented-refresh.ts";
import { verifyAccessToken } from "./tokens.ts";

/** The ids of the sessions that the good tokens of a `Cookie` header belong to. Whether the sessions live is not asked. */
export function heldSessions(cookie: string | null): string[] {
  const access = readCookies(cookie, "access").map(verifyAccessToken);
  const refresh = readCookies(cookie, "refresh").map(verifyPresented);
  return [...access, ...refresh].flatMap((token) => (token.ok ? [token.claims.sid] : []));
}
