import { setTimeout as delay } from "node:timers/promises";
import type { Database } from "./pool.ts";

const MOST_MS = 60_000;
const PAUSE_MS = 1_000;

/** lock_not_available and deadlock_detected: Postgres has rolled the transaction back. */
const GAVE_WAY = ["55P03", "40P01"];

/**
 * Runs a transaction that locks whole tables while the application serves. Requests wait behind a transaction that waits for a
 * lock, so it gives up after half a second, lets them pass, and begins again, for a minute in all. Half a second is less than a
 * request may take (db/connection/deadline.ts), and less than Postgres' deadlock_timeout, so that of two that wait for each other
 * this one gives way.
 * @param run begins the transaction, and calls `waitBriefly` in it before the first lock of a table
 * @throws {Error} what it threw; or, after a minute, that a table stayed locked
 */
export async function givingWay<Outcome>(run: () => Promise<Outcome>): Promise<Outcome> {
  const end = performance.now() + MOST_MS;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!GAVE_WAY.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
      if (performance.now() > end) throw new Error(LOCKED, { cause: error });
      await delay(PAUSE_MS);
    }
  }
}

const LOCKED =
  "for a minute other transactions kept a table locked: run it again when the backup or the statement that does so " +
  "(select pid, xact_start, query from pg_stat_activity) has ended";

/** Limits how long the statements of a transaction wait for a lock. @param db that transaction */
export async function waitBriefly(db: Database): Promise<void> {
  await db.query("set local lock_timeout = '500ms'");
}
