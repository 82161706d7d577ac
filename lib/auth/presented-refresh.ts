import "server-only";

import { isCurrent, readSimplejwt, type SimplejwtToken } from "./simplejwt-tokens.ts";
import { type RefreshClaims, readRefreshClaims, type Verified, verifyRefreshToken } from "./tokens.ts";

/** What a refresh token says, ours or simplejwt's: that of a session of ours, at one generation. */
export type PresentedRefresh = Pick<RefreshClaims, "sid" | "gen" | "user_id"> & {
  /** If simplejwt signed it: the session may have to be opened first (adopt-session.ts) */
  simplejwt: SimplejwtToken | null;
  /** Whether simplejwt made it from one of the session's tokens */
  isAway: boolean;
};

const OURS = { simplejwt: null, isAway: false };

/** Verifies a refresh token: one of ours, or in the period of the move one of simplejwt's. */
export function verifyPresented(token: string): Verified<PresentedRefresh> {
  const ours = verifyRefreshToken(token);
  if (ours.ok) return { ok: true, claims: { ...ours.claims, ...OURS } };
  const simplejwt = readSimplejwt(token);
  if (simplejwt === null) return ours;
  if (simplejwt.type !== "refresh") return { ok: false, reason: "wrong_type" };
  return isCurrent(simplejwt) ? { ok: true, claims: presented(simplejwt) } : { ok: false, reason: "invalid" };
}

/** The same, even if the token has expired. Null if none of our secrets signed it. */
export function readPresented(token: string): PresentedRefresh | null {
  const ours = readRefreshClaims(token);
  if (ours) return { ...ours, ...OURS };
  const simplejwt = readSimplejwt(token);
  return simplejwt?.type === "refresh" ? presented(simplejwt) : null;
}

// The first token of a session of its own, or the successor at Django of one of ours, which is at the same generation.
function presented(simplejwt: SimplejwtToken): PresentedRefresh {
  const { sid, gen } = simplejwt.continued ?? { sid: simplejwt.ownSession, gen: 0 };
  return { sid, gen, user_id: simplejwt.userId, simplejwt, isAway: simplejwt.continued !== null };
}
