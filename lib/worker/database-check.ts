import "server-only";

import { isMigrated, LATEST_MIGRATION } from "#db/migrations.ts";
import type { Database } from "#db/pool.ts";
import { type Ask, servingAdvice, servingProblems } from "#db/requirements.ts";
import { isUnavailable } from "#db/unavailable.ts";
import { log } from "#lib/observe/log.ts";
import { perProcess } from "#lib/per-process.ts";

/** How often an unusable database is checked again. */
const RECHECK_MS = 1_000;

const NO_TRANSACTIONS =
  "a pooler before the database allows no transactions: set its pool_mode to transaction, or connect to Postgres directly";

type Check = { isUsable: boolean; isMigrated: boolean; problems: string[]; checkedAt: number };

// One per process, so that each problem is logged once.
const check = perProcess<Check>("database-check", () => {
  return { isUsable: false, isMigrated: false, problems: [], checkedAt: Number.NEGATIVE_INFINITY };
});

/**
 * Checks whether the database meets the application's requirements (`isUsable`), with all migrations. A usable database is not
 * checked again. Each problem is logged once, in one line.
 */
export async function checkDatabase(db: Database): Promise<Readonly<Check>> {
  const state = check.get();
  if (state.isUsable || performance.now() - state.checkedAt < RECHECK_MS) return state;
  state.checkedAt = performance.now();
  try {
    await examine(state, (text, values) => db.query(text, values), db);
  } catch (error) {
    if (!isUnavailable(error))
      logNew(state, [`the database can't be examined: ${error instanceof Error ? error.message : error}`]);
  }
  return state;
}

/** Runs `work` once the database is usable. Resolves when the work is done, or has been put off. */
export async function whenUsable(db: Database, work: () => Promise<void>): Promise<void> {
  if ((await checkDatabase(db)).isUsable) return work();
  setTimeout(() => whenUsable(db, work), RECHECK_MS).unref();
}

async function examine(state: Check, ask: Ask, db: Database): Promise<void> {
  const problems = (await allowsTransactions(db)) ? await servingProblems(ask) : [NO_TRANSACTIONS];
  state.isMigrated = problems.length === 0 && (await isMigrated(db));
  if (problems.length === 0 && !state.isMigrated) problems.push(`the database lacks ${LATEST_MIGRATION}: run bin/migrate.ts`);
  logNew(state, problems);
  if (problems.length > 0) return;
  for (const line of await servingAdvice(ask)) log().warn(line);
  state.isUsable = true;
}

// PgBouncer's answer in statement mode. It is no error of Postgres, and would pass for an outage.
async function allowsTransactions(db: Database): Promise<boolean> {
  try {
    await db.transaction((part) => part.query("select 1"));
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes("statement pooling mode")) return false;
    throw error;
  }
}

function logNew(state: Check, problems: string[]): void {
  for (const line of problems) if (!state.problems.includes(line)) log().error(line);
  state.problems = problems;
}
