import "server-only";

import { DEADLINE_MS } from "#db/connection/deadline.ts";
import type { Database } from "#db/pool.ts";
import { findLivingSession, rotateSession, type SeenSession } from "#db/rotate-session.ts";
import { type EndReason, findEnd } from "#db/session-ends.ts";
import type { SessionRow } from "#db/sessions.ts";
import { refreshGraceSeconds } from "#lib/config.ts";
import { AppError, type TokenProblem } from "#lib/errors.ts";
import { record } from "#lib/observe/events.ts";
import { findPresentedSession, hasMovedOn } from "./adopt-session.ts";
import { clientFacts } from "./client-facts.ts";
import { isUnexpected, lostSeconds, now } from "./clock.ts";
import { endSession } from "./end-session.ts";
import { tokensOf } from "./open-session.ts";
import { type PresentedRefresh, readPresented, verifyPresented } from "./presented-refresh.ts";
import { hasFreshRevocations, isKnownToHaveEnded } from "./revocations.ts";
import type { Tokens } from "./tokens.ts";

/**
 * Exchanges a refresh token for its successors. A session rotates at most once per grace: a token that was exchanged or issued
 * within the grace gets the session's current tokens, so that all refreshes of a burst get the same answer. Any other token
 * that is no longer current is a replay, and ends its session (RFC 9700 §4.14.2).
 * @throws {AppError} `refresh_token_not_valid`; `unavailable` if the database ran the statement after its deadline
 */
export async function refreshSession(db: Database, presented: string): Promise<Tokens> {
  const token = verifyPresented(presented);
  if (!token.ok) throw await refusal(db, presented, token.reason);
  const claims = await findPresentedSession(db, token.claims, { isExchanged: true });
  const tokens = await exchange(db, claims);
  if (tokens) return tokens;
  // Django's blacklist may have ended the session since it was looked up. Then the token leads to another one.
  if (await hasMovedOn(db, claims)) return refreshSession(db, presented);
  throw await refusal(db, presented);
}

// Null if the session has ended, or ends with this.
async function exchange(db: Database, claims: PresentedRefresh): Promise<Tokens | null> {
  if (isKnownToHaveEnded(claims.sid)) return null;
  const { sid: id, gen: generation, user_id, isAway } = claims;
  const grace = refreshGraceSeconds();
  const before = new Date(now().getTime() + DEADLINE_MS);
  const { rotated, seen, inTime } = await rotateSession(db, { id, generation, grace, isAway, before, client: clientFacts() });
  if (rotated) {
    if (seen && seen.generation < generation) record("database_behind", { user_id, session: id, generation });
    record("refresh", { user_id: rotated.user_id, session: rotated.id, generation: rotated.generation });
    return tokensOf(rotated);
  }
  // The statement ran after its deadline and changed nothing: it can't tell whether this is a replay.
  if (!inTime) throw new AppError("unavailable", { retryAfter: 1 });
  const accepted = await resolveSuperseded(db, seen, claims);
  const settled = accepted && (isSettled(accepted, claims) ? accepted : await findSettled(db, claims));
  return settled && tokensOf(settled);
}

/**
 * As `findRefreshable`, for an endpoint that can't do without.
 * @throws {AppError} as `refreshSession`
 */
export async function requireRefreshable(db: Database, presented: string): Promise<SessionRow> {
  const session = await findRefreshable(db, presented);
  if (session) return session;
  const token = verifyPresented(presented);
  throw await refusal(db, presented, token.ok ? "invalid" : token.reason);
}

/**
 * Finds the living session that a refresh token would refresh, without refreshing it. Null if a refresh would be refused.
 * A replay ends the session here too.
 * @throws {AppError} `unavailable` while it is unknown whether the token is a replay
 */
export async function findRefreshable(db: Database, presented: string): Promise<SessionRow | null> {
  const token = verifyPresented(presented);
  if (!token.ok) return null;
  const claims = await findPresentedSession(db, token.claims, { isExchanged: false });
  const seen = isKnownToHaveEnded(claims.sid) ? null : await findLivingSession(db, claims.sid);
  const session = await resolveSuperseded(db, seen, claims);
  // As in a refresh.
  return session ?? ((await hasMovedOn(db, claims)) ? findRefreshable(db, presented) : null);
}

/**
 * Whether a refresh would accept a token of this generation. A token that is ahead of its session was signed before the database
 * went back in time.
 * @throws {AppError} `unavailable` while it is unknown whether the token is a replay
 */
export function isAccepted(seen: SeenSession, generation: number): boolean {
  return generation >= seen.generation || (generation >= seen.grace_generation && isWithinGrace(seen));
}

// Decides about a token that did not rotate its session: the session as the statement saw it, or null. A replay ends the
// session.
async function resolveSuperseded(
  db: Database,
  seen: SeenSession | null,
  { gen, sid, user_id }: PresentedRefresh,
): Promise<SeenSession | null> {
  if (!seen) return null;
  if (isAccepted(seen, gen)) return seen;
  record("replay", { user_id, session: sid, generation: gen });
  await endSession(db, { sessionId: sid, userId: user_id }, "replayed");
  return null;
}

// The grace is for a client that did not receive its answer. Time in which it could not ask again does not count.
// @throws {AppError} `unavailable` while it is unknown how much time that was
function isWithinGrace({ age_seconds: age, rotated_at }: SeenSession): boolean {
  if (age < refreshGraceSeconds()) return true;
  const askedAt = new Date(rotated_at.getTime() + 1_000 * age);
  if (!hasFreshRevocations() || isUnexpected(askedAt)) throw new AppError("unavailable", { retryAfter: 1 });
  return age < refreshGraceSeconds() + lostSeconds();
}

// Whether the session is where this token leads: at its successor, or at itself while it is too young to rotate.
function isSettled({ generation, age_seconds: age }: SeenSession, { gen, isAway }: PresentedRefresh): boolean {
  return generation > gen || (generation === gen && age <= refreshGraceSeconds() && !isAway);
}

// Another request has just rotated the session. If not, the database ran this request's statement after its deadline.
async function findSettled(db: Database, claims: PresentedRefresh): Promise<SessionRow | null> {
  const session = await findLivingSession(db, claims.sid);
  if (session && !isSettled(session, claims)) throw new AppError("unavailable", { retryAfter: 1 });
  return session;
}

// A well-signed token belongs to the account's owner, who is told why the session ended. Any other token learns nothing.
async function refusal(db: Database, presented: string, problem: TokenProblem = "invalid") {
  const end = problem === "invalid" ? await whyEnded(db, presented) : null;
  return new AppError("refresh_token_not_valid", { reason: problem, end }, { clearsCookies: true });
}

/** Why the session of a refresh token ended, if one of our secrets signed the token, however old it is. Null if it lives. */
async function whyEnded(db: Database, presented: string): Promise<EndReason | "expired" | null> {
  const claims = readPresented(presented);
  if (claims === null) return null;
  const end = await findEnd(db, claims.sid);
  return end ?? (verifyPresented(presented).ok ? null : "expired");
}
