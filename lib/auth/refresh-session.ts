import "server-only";

import { DEADLINE_MS } from "#db/connection/deadline.ts";
import type { Database } from "#db/pool.ts";
import { findLivingSession, rotateSession, type SeenSession, type SessionRow } from "#db/sessions.ts";
import { refreshGraceSeconds } from "#lib/config.ts";
import { AppError, type TokenProblem } from "#lib/errors.ts";
import { record } from "#lib/observe/events.ts";
import { isUnexpected, lostSeconds, now } from "./clock.ts";
import { endSession } from "./end-session.ts";
import { tokensOf } from "./open-session.ts";
import { hasFreshRevocations, isKnownToBeOver } from "./revocations.ts";
import { type RefreshClaims, type Tokens, verifyRefreshToken } from "./tokens.ts";

/**
 * Exchanges a refresh token for its successors. Nothing rotates twice within the grace: a token that was exchanged, or
 * issued, within it leads to what is current now, so that a burst of refreshes comes to one and the same end. Any other
 * that is no longer current is a replay, and ends its session (RFC 9700 §4.14.2).
 * @throws {AppError} `refresh_token_not_valid`; `unavailable` where the database came to it too late
 */
export async function refreshSession(db: Database, presented: string): Promise<Tokens> {
  const token = verifyRefreshToken(presented);
  if (!token.ok) throw refusal(token.reason);
  if (isKnownToBeOver(token.claims.sid)) throw refusal("invalid");
  const { sid: id, gen: generation, user_id } = token.claims;
  const grace = refreshGraceSeconds();
  const before = new Date(now().getTime() + DEADLINE_MS);
  const { rotated, seen, inTime } = await rotateSession(db, { id, generation, grace, before });
  if (rotated) {
    if (seen && seen.generation < generation) record("database_behind", { user_id, session: id, generation });
    record("refresh", { user_id: rotated.user_id, session: rotated.id, generation: rotated.generation });
    return tokensOf(rotated);
  }
  // Too late to tell why: the session is as it was.
  if (!inTime) throw new AppError("unavailable", { retryAfter: 1 });
  const accepted = await refuseReplay(db, seen, token.claims);
  return tokensOf(isSettled(accepted, generation) ? accepted : await findSettled(db, token.claims));
}

/**
 * The living session that this refresh token would refresh, without refreshing it; null where a refresh would refuse.
 * A replay ends the session here too.
 * @throws {AppError} `unavailable` while it can't be told whether it is one
 */
export async function findRefreshable(db: Database, presented: string): Promise<SessionRow | null> {
  const token = verifyRefreshToken(presented);
  if (!token.ok || isKnownToBeOver(token.claims.sid)) return null;
  const session = await findLivingSession(db, token.claims.sid);
  try {
    return await refuseReplay(db, session, token.claims);
  } catch (error) {
    if (error instanceof AppError && error.code === "refresh_token_not_valid") return null;
    throw error;
  }
}

// What counts is what was current when the question was asked, whatever has happened since. A token that is ahead of its
// session was signed before the database went back in time.
async function refuseReplay(db: Database, seen: SeenSession | null, { gen, sid, user_id }: RefreshClaims): Promise<SeenSession> {
  if (!seen) throw refusal("invalid");
  if (gen >= seen.generation) return seen;
  if (gen === seen.generation - 1 && isWithinGrace(seen)) return seen;
  record("replay", { user_id, session: sid, generation: gen });
  await endSession(db, { sessionId: sid, userId: user_id });
  throw refusal("invalid");
}

// The grace is for a client whose answer was lost, and time in which it could not come back does not count.
// @throws {AppError} `unavailable` while it is not known how much time that was
function isWithinGrace({ age_seconds: age, rotated_at }: SeenSession): boolean {
  if (age < refreshGraceSeconds()) return true;
  const askedAt = new Date(rotated_at.getTime() + 1_000 * age);
  if (!hasFreshRevocations() || isUnexpected(askedAt)) throw new AppError("unavailable", { retryAfter: 1 });
  return age < refreshGraceSeconds() + lostSeconds();
}

// Whether the session is at what this generation leads to: its successor, or itself while it is too young to be exchanged.
function isSettled({ generation, age_seconds: age }: SeenSession, presented: number): boolean {
  return generation > presented || (generation === presented && age <= refreshGraceSeconds());
}

// Another request has just moved it. If none has, the database has come to this one after its deadline.
async function findSettled(db: Database, { sid, gen }: RefreshClaims): Promise<SessionRow> {
  const session = await findLivingSession(db, sid);
  if (!session) throw refusal("invalid");
  if (!isSettled(session, gen)) throw new AppError("unavailable", { retryAfter: 1 });
  return session;
}

function refusal(reason: TokenProblem) {
  return new AppError("refresh_token_not_valid", { reason }, { clearsCookies: true });
}
