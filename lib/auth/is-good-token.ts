import "server-only";

import type { Database } from "#db/pool.ts";
import { findLivingSession } from "#db/rotate-session.ts";
import { isGoodSimplejwt } from "./is-good-simplejwt.ts";
import { isAccepted } from "./refresh-session.ts";
import { hasSessionEnded, isKnownToHaveEnded } from "./revocations.ts";
import { verifyAccessToken, verifyRefreshToken } from "./tokens.ts";

/**
 * Whether a token of either type would be accepted where it belongs. Nothing changes: a replay that is only looked at ends no
 * session.
 * @throws {AppError} `unavailable` while that can't be known
 */
export async function isGoodToken(db: Database, token: string): Promise<boolean> {
  return (await isGoodAccessToken(db, token)) || (await isGoodRefreshToken(db, token)) || isGoodSimplejwt(db, token);
}

async function isGoodAccessToken(db: Database, token: string): Promise<boolean> {
  const access = verifyAccessToken(token);
  return access.ok && !(await hasSessionEnded(db, { id: access.claims.sid, userId: access.claims.user_id }));
}

async function isGoodRefreshToken(db: Database, token: string): Promise<boolean> {
  const refresh = verifyRefreshToken(token);
  if (!refresh.ok || isKnownToHaveEnded(refresh.claims.sid)) return false;
  const session = await findLivingSession(db, refresh.claims.sid);
  return session !== null && isAccepted(session, refresh.claims.gen);
}
