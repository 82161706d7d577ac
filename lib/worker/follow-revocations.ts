import "server-only";

import type { Database } from "#db/pool.ts";
import { type RevocationSnapshot, readRecentRevocations, readRevocationsSince, recordLineage } from "#db/revocations.ts";
import { revokeSessions } from "#db/session-ends.ts";
import { isUnavailable } from "#db/unavailable.ts";
import { setClock } from "#lib/auth/clock.ts";
import { revocations } from "#lib/auth/revocations.ts";
import { config } from "#lib/config.ts";
import { record } from "#lib/observe/events.ts";
import { log } from "#lib/observe/log.ts";

// Revocations are kept in memory at least this long, however short tokens live, so that they can be restored to a database
// that went back in time.
const REMEMBERED_SECONDS = 600;
/** How far the database's clock may drift between two polls. */
const CLOCK_SLACK_MS = 10_000;

/** Reads the revocations now, and then every `REVOCATION_POLL_MS` while the process lives. Resolves after the first read. */
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
  try {
    const { last } = state;
    let snapshot = last ? await readRevocationsSince(db, last.horizon) : await readRecentRevocations(db, rememberedSeconds());
    const isClockSet = setClock(snapshot.now);
    if (snapshot.isOtherDatabase || isBehind(snapshot, last)) {
      await recordLineage(db, snapshot.since);
      snapshot = await readRecentRevocations(db, rememberedSeconds());
    } else if (last && (isClockSet || snapshot.server !== last.server || snapshot.since !== last.since)) {
      snapshot = await readRecentRevocations(db, rememberedSeconds());
    }
    if (snapshot.since !== (last?.since ?? 0)) await restoreRevocations(db, snapshot, last);
    remember(snapshot);
    state.lastPoll = startedAt;
  } catch (error) {
    if (!isUnavailable(error)) log().error({ err: error }, "revocations could not be read");
  }
}

// The log on disk shrinks only if the disk is another one, or was restored.
function isBehind({ position }: RevocationSnapshot, last: RevocationSnapshot | null): boolean {
  return position !== null && typeof last?.position === "number" && position < last.position;
}

// Ends the sessions again that a database which went back in time has lost the end of. A worker that has just started knows
// only what this database told it, so it restores nothing.
async function restoreRevocations(db: Database, snapshot: RevocationSnapshot, last: RevocationSnapshot | null): Promise<void> {
  if (!last && snapshot.now.getTime() > snapshot.since + config().ACCESS_TOKEN_LIFETIME * 1_000) return;
  const ended = await revokeSessions(db, [...revocations().ended.keys()]);
  record("database_went_back", { since: new Date(snapshot.since).toISOString(), ended_again: ended.length });
}

function remember(snapshot: RevocationSnapshot): void {
  const state = revocations();
  for (const [sessionId, at] of snapshot.ended) state.ended.set(sessionId, at);
  const oldest = snapshot.now.getTime() - rememberedSeconds() * 1_000 - CLOCK_SLACK_MS;
  for (const [sessionId, at] of state.ended) if (at < oldest) state.ended.delete(sessionId);
  state.last = { ...snapshot, ended: [] };
}

function rememberedSeconds(): number {
  return Math.max(config().ACCESS_TOKEN_LIFETIME, REMEMBERED_SECONDS);
}
