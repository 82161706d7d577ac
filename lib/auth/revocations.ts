import "server-only";

import { type Database, isUnavailable } from "@/db/pool";
import { isRevoked, listRevocations } from "@/db/revocations";
import { config } from "../config";
import { log } from "../log";
import { setClock } from "./clock";

/** Session id → when this worker may forget it: once no access token of that session can be alive, in ms. */
type Revocations = { forgetAt: Map<string, number>; lastPoll: number; polling: boolean };

// Statements end within seconds, so a revocation is visible at most this long after it was stamped.
const LATE_COMMIT_SECONDS = 10;

// One per process, whatever the bundle: routes, pages and instrumentation each have a copy of this module.
const shared = globalThis as typeof globalThis & { movieconnectRevocations?: Revocations };

/**
 * Whether the session was ended before its access token was: from memory, which a poll keeps fresh.
 * A worker that has not heard from the database for three polls asks it, and never guesses.
 * @throws {Error} `isUnavailable` when the list is stale and the database can't be asked
 */
export async function isSessionRevoked(db: Database, sessionId: string): Promise<boolean> {
  if (revocations().forgetAt.has(sessionId)) return true;
  return !hasFreshRevocations() && (await isRevoked(db, sessionId));
}

/** Whether the list can be relied on: the database has answered one of the last three polls. */
export function hasFreshRevocations(): boolean {
  return performance.now() - revocations().lastPoll <= 3 * config().REVOCATION_POLL_MS;
}

/** Takes note of a revocation made by this worker. */
export function rememberRevocation(sessionId: string): void {
  const lifetime = config().ACCESS_TOKEN_LIFETIME + LATE_COMMIT_SECONDS;
  revocations().forgetAt.set(sessionId, performance.now() + lifetime * 1_000);
}

/** Reads the list now, and again every `REVOCATION_POLL_MS` for as long as the process lives. Resolves after the first. */
export async function followRevocations(db: Database): Promise<void> {
  const state = revocations();
  if (state.polling) return;
  state.polling = true;
  await poll(db);
  scheduleNext();

  function scheduleNext() {
    setTimeout(() => poll(db).finally(scheduleNext), config().REVOCATION_POLL_MS).unref();
  }
}

async function poll(db: Database): Promise<void> {
  const state = revocations();
  const startedAt = performance.now();
  const everything = config().ACCESS_TOKEN_LIFETIME + LATE_COMMIT_SECONDS;
  const sinceLastPoll = (startedAt - state.lastPoll) / 1_000 + LATE_COMMIT_SECONDS;
  try {
    const { sessionIds, now } = await listRevocations(db, Math.min(everything, sinceLastPoll));
    setClock(now);
    for (const sessionId of sessionIds) rememberRevocation(sessionId);
    for (const [sessionId, forgetAt] of state.forgetAt) if (forgetAt < startedAt) state.forgetAt.delete(sessionId);
    state.lastPoll = startedAt;
  } catch (error) {
    if (!isUnavailable(error)) log().error({ err: error }, "revocations could not be read");
  }
}

function revocations(): Revocations {
  shared.movieconnectRevocations ??= { forgetAt: new Map(), lastPoll: Number.NEGATIVE_INFINITY, polling: false };
  return shared.movieconnectRevocations;
}
