import "server-only";

import type { Viewer } from "./authenticate.ts";
import { readCookies } from "./cookies.ts";
import { isCurrent, readSimplejwt } from "./simplejwt-tokens.ts";
import { verifyAccessToken } from "./tokens.ts";

/** When the access cookie expires that identifies the viewer. The epoch if no cookie does. */
export function accessExpiry(cookie: string | null, viewer: Viewer | null): Date {
  const expiries = readCookies(cookie, "access").map((token) => expiryOf(token, viewer));
  return new Date(1_000 * (expiries.find((expiry) => expiry !== null) ?? 0));
}

function expiryOf(presented: string, viewer: Viewer | null): number | null {
  const token = verifyAccessToken(presented);
  if (token.ok) return token.claims.sid === viewer?.sessionId ? token.claims.exp : null;
  const simplejwt = readSimplejwt(presented);
  const isViewers = simplejwt?.type === "access" && simplejwt.userId === viewer?.userId && isCurrent(simplejwt);
  return isViewers ? simplejwt.exp : null;
}
