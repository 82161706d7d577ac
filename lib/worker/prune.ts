import "server-only";

import { setTimeout as delay } from "node:timers/promises";
import type { Database } from "#db/pool.ts";
import { type Batch, PRUNABLES, type Prunable, pruneBatch } from "#db/prune.ts";
import { isUnavailable } from "#db/unavailable.ts";
import { config } from "#lib/config.ts";
import { log } from "#lib/observe/log.ts";
import { followSecretChange } from "./sealed-secrets.ts";

/** About 10 ms of work for Postgres, far below a statement's deadline. */
const BATCH_ROWS = 500;
/** Leaves Postgres to requests between two batches. */
const PAUSE_MS = 50;

/**
 * Deletes expired rows, and seals secrets anew, about every `PRUNE_INTERVAL_SECONDS` while the process lives. The interval is
 * random, so that workers don't meet.
 */
export function schedulePruning(db: Database): void {
  const milliseconds = config().PRUNE_INTERVAL_SECONDS * 1_000 * (0.5 + Math.random());
  setTimeout(() => tend(db).finally(() => schedulePruning(db)), milliseconds).unref();
}

async function tend(db: Database): Promise<void> {
  await prune(db);
  await followSecretChange(db);
}

// Rows that are left over are locked by another worker, or found next time.
async function prune(db: Database): Promise<void> {
  const deleted: Partial<Record<Prunable, number>> = {};
  try {
    for (const what of PRUNABLES) await pruneAll(db, what, deleted);
  } catch (error) {
    if (!isUnavailable(error)) log().error({ err: error }, "expired rows could not be deleted");
  }
  if (Object.keys(deleted).length > 0) log().info({ event: "prune", ...deleted });
}

async function pruneAll(db: Database, what: Prunable, deleted: Partial<Record<Prunable, number>>): Promise<void> {
  let batch: Batch = { count: 0, until: null };
  do {
    batch = await pruneBatch(db, what, BATCH_ROWS, batch.until);
    if (batch.count > 0) deleted[what] = (deleted[what] ?? 0) + batch.count;
    if (batch.count === BATCH_ROWS) await delay(PAUSE_MS, undefined, { ref: false });
  } while (batch.count === BATCH_ROWS);
}
