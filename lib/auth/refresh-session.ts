import "server-only";

import { DEADLINE_MS } from "@/db/deadline";
import type { Database } from "@/db/pool";
import { findLivingSession, rotateSession, type SessionRow } from "@/db/sessions";
import { config } from "../config";
import { AppError } from "../errors";
import { record } from "../events";
import { now } from "./clock";
import { endSession } from "./end-session";
import { tokensOf } from "./open-session";
import { type RefreshClaims, type Tokens, verifyRefreshToken } from "./tokens";

/**
 * Exchanges a refresh token for its successors. A token that was exchanged within `REFRESH_GRACE` seconds yields the
 * same successors again; any other that is no longer current is a replay, and ends its session (RFC 9700 §4.14.2).
 * @throws {AppError} `refresh_token_not_valid`
 */
export async function refreshSession(db: Database, presented: string): Promise<Tokens> {
  const token = verifyRefreshToken(presented);
  if (!token.ok) throw refusal(token.message);
  const before = new Date(now().getTime() + DEADLINE_MS);
  const { rotated, askedAt, inTime } = await rotateSession(db, token.claims.sid, token.claims.gen, before);
  if (rotated) {
    record("refresh", { user_id: rotated.user_id, session: rotated.id, generation: rotated.generation });
    return tokensOf(rotated);
  }
  // Too late to tell why: the session is as it was.
  if (!inTime) throw new AppError("unavailable", { retryAfter: 1 });
  const session = await findLivingSession(db, token.claims.sid);
  return tokensOf(await judge(db, session, token.claims, askedAt));
}

/**
 * The living session that this refresh token would refresh, without refreshing it; null where a refresh would refuse.
 * A replay ends the session here too.
 */
export async function findRefreshable(db: Database, presented: string): Promise<SessionRow | null> {
  const token = verifyRefreshToken(presented);
  if (!token.ok) return null;
  const session = await findLivingSession(db, token.claims.sid);
  if (session?.generation === token.claims.gen) return session;
  try {
    return await judge(db, session, token.claims, session?.now ?? new Date());
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

// A token that is not current: the one before, exchanged a moment ago, or something worse.
async function judge(
  db: Database,
  session: SessionRow | null,
  { gen, sid, user_id }: RefreshClaims,
  askedAt: Date,
): Promise<SessionRow> {
  if (!session) throw refusal("Token is invalid or expired");
  const isPredecessor = gen === session.generation - 1;
  const graceEnds = session.rotated_at.getTime() + config().REFRESH_GRACE * 1_000;
  if (isPredecessor && askedAt.getTime() < graceEnds) return session;
  record("replay", { user_id, session: sid, generation: gen });
  await endSession(db, { sessionId: sid, userId: user_id });
  throw refusal("Token is invalid or expired");
}

function refusal(message: "Token is invalid or expired" | "Token has wrong type") {
  return new AppError("refresh_token_not_valid", { message }, { clearsCookies: true });
}
