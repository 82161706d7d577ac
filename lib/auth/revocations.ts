import "server-only";

import type { Database } from "#db/pool.ts";
import type { Look } from "#db/revocations.ts";
import { findLivingSession } from "#db/sessions.ts";
import { config } from "#lib/config.ts";
import { perProcess } from "#lib/per-process.ts";
import { now } from "./clock.ts";

type Revocations = {
  /** Session id → when it ended, in ms by the database's clock */
  ended: Map<string, number>;
  /** The last look that was taken in whole; and when, in ms by this process' clock */
  last: Look | null;
  lastPoll: number;
  polling: boolean;
};

const heard = perProcess<Revocations>("revocations", () => {
  return { ended: new Map(), last: null, lastPoll: Number.NEGATIVE_INFINITY, polling: false };
});

/** What this process has heard. Followed by follow-revocations.ts. */
export const revocations = heard.get;

/**
 * Whether the session ended before its access token did: from memory, which a poll keeps fresh. The database is asked by a
 * worker that has not heard from it for three polls, and for one access lifetime after it went back in time: it may have
 * lost the session, and given its user's id to another account. A worker never guesses.
 * @throws {Error} `isUnavailable` when the database must be asked and can't be
 */
export async function isSessionOver(db: Database, session: { id: string; userId: number }): Promise<boolean> {
  if (isKnownToBeOver(session.id)) return true;
  if (hasFreshRevocations() && !wentBackLately()) return false;
  const living = await findLivingSession(db, session.id);
  return living?.user_id !== session.userId;
}

/** Whether this worker has heard of the session's end: what the database says now may be older. */
export function isKnownToBeOver(sessionId: string): boolean {
  return revocations().ended.has(sessionId);
}

/** Whether the list can be relied on: the database has answered one of the last three polls. */
export function hasFreshRevocations(): boolean {
  return performance.now() - revocations().lastPoll <= 3 * config().REVOCATION_POLL_MS;
}

/** Takes note of a revocation made by this worker. */
export function rememberRevocation(sessionId: string): void {
  revocations().ended.set(sessionId, now().getTime());
}

function wentBackLately(): boolean {
  const since = revocations().last?.since ?? 0;
  return now().getTime() < since + config().ACCESS_TOKEN_LIFETIME * 1_000;
}
