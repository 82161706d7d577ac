import "server-only";

import type { Database } from "#db/pool.ts";
import { type RevocationSnapshot, readRecentRevocations, readRevocationsSince, recordLineage } from "#db/revocations.ts";
import { revokeSessions } from "#db/sessions.ts";
import { isUnavailable } from "#db/unavailable.ts";
import { setClock } from "#lib/auth/clock.ts";
import { revocations } from "#lib/auth/revocations.ts";
import { config } from "#lib/config.ts";
import { record } from "#lib/observe/events.ts";
import { log } from "#lib/observe/log.ts";

// What a database that went back in time has forgotten can be told to it again for so long, however short tokens live.
const REMEMBERED_SECONDS = 600;
/** A clock that goes a little wrong between two looks. */
const CLOCK_SLACK_MS = 10_000;

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
  try {
    const { last } = state;
    let look = last ? await readRevocationsSince(db, last.horizon) : await readRecentRevocations(db, rememberedSeconds());
    const isClockSet = setClock(look.now);
    if (look.isOtherDatabase || isBehind(look, last)) {
      await recordLineage(db, look.since);
      look = await readRecentRevocations(db, rememberedSeconds());
    } else if (last && (isClockSet || look.server !== last.server || look.since !== last.since)) {
      look = await readRecentRevocations(db, rememberedSeconds());
    }
    if (look.since !== (last?.since ?? 0)) await tellAgain(db, look, last);
    takeIn(look);
    state.lastPoll = startedAt;
  } catch (error) {
    if (!isUnavailable(error)) log().error({ err: error }, "revocations could not be read");
  }
}

// What is on disk can only become less where the disk is another, or was put back.
function isBehind({ position }: RevocationSnapshot, last: RevocationSnapshot | null): boolean {
  return position !== null && typeof last?.position === "number" && position < last.position;
}

// A worker that has only just started was told by the database itself, and remembers nothing that could be told again.
async function tellAgain(db: Database, look: RevocationSnapshot, last: RevocationSnapshot | null): Promise<void> {
  if (!last && look.now.getTime() > look.since + config().ACCESS_TOKEN_LIFETIME * 1_000) return;
  const ended = await revokeSessions(db, [...revocations().ended.keys()]);
  record("database_went_back", { since: new Date(look.since).toISOString(), ended_again: ended.length });
}

function takeIn(look: RevocationSnapshot): void {
  const state = revocations();
  for (const [sessionId, at] of look.ended) state.ended.set(sessionId, at);
  const oldest = look.now.getTime() - rememberedSeconds() * 1_000 - CLOCK_SLACK_MS;
  for (const [sessionId, at] of state.ended) if (at < oldest) state.ended.delete(sessionId);
  state.last = { ...look, ended: [] };
}

function rememberedSeconds(): number {
  return Math.max(config().ACCESS_TOKEN_LIFETIME, REMEMBERED_SECONDS);
}
