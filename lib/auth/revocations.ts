import type { Database } from "#db/pool.ts";
import type { RevocationSnapshot } from "#db/revocations.ts";
import { findLivingSession } from "#db/rotate-session.ts";
import { config } from "#lib/config.ts";
import { perProcess } from "#lib/per-process.ts";
import { now } from "./clock.ts";

type Revocations = {
  /** Session id → when it ended, in ms by the database's clock */
  ended: Map<string, number>;
  /** The last poll whose answer was read completely, and when that was, in ms by this process' clock */
  last: RevocationSnapshot | null;
  lastPoll: number;
  polling: boolean;
};

const heard = perProcess<Revocations>("revocations", () => {
  return { ended: new Map(), last: null, lastPoll: Number.NEGATIVE_INFINITY, polling: false };
});

/** The revocations that this process knows. lib/worker/follow-revocations.ts keeps them up to date. */
export const revocations = heard.get;

/**
 * Whether the session has ended though its access token has not expired. The answer comes from memory, which a poll keeps
 * fresh. A worker asks the database if the last three polls have failed, and for one access token's lifetime after the database
 * went back in time: the database may have lost the session, and given its user's id to another account. A worker never guesses.
 * @throws {Error} `isUnavailable` when the database must be asked and can't be
 */
export async function hasSessionEnded(db: Database, session: { id: string; userId: number }): Promise<boolean> {
  if (isKnownToHaveEnded(session.id)) return true;
  if (hasFreshRevocations() && !wentBackLately()) return false;
  const living = await findLivingSession(db, session.id);
  return living?.user_id !== session.userId;
}

/** Whether this worker knows that the session has ended. The database may not know it any more, after it went back in time. */
export function isKnownToHaveEnded(sessionId: string): boolean {
  return revocations().ended.has(sessionId);
}

/** Whether the list is up to date: the database has answered one of the last three polls. */
export function hasFreshRevocations(): boolean {
  return performance.now() - revocations().lastPoll <= 3 * config().REVOCATION_POLL_MS;
}

/** Adds a revocation that this worker has made. */
export function rememberRevocation(sessionId: string): void {
  revocations().ended.set(sessionId, now().getTime());
}

function wentBackLately(): boolean {
  const since = revocations().last?.since ?? 0;
  return now().getTime() < since + config().ACCESS_TOKEN_LIFETIME * 1_000;
}
