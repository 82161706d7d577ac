import "server-only";

import { isMigrated, LATEST_MIGRATION } from "#db/migrations.ts";
import { type Database, isUnavailable } from "#db/pool.ts";
import { type Ask, adviceForUse, problemsOfUse } from "#db/requirements.ts";
import { log } from "#lib/observe/log.ts";
import { perProcess } from "#lib/per-process.ts";

/** How often it is asked again what is still missing. */
const AGAIN_MS = 1_000;

type Check = { isFit: boolean; isMigrated: boolean; problems: string[]; askedAt: number };

// What has been told is told once.
const check = perProcess<Check>("database-check", () => {
  return { isFit: false, isMigrated: false, problems: [], askedAt: Number.NEGATIVE_INFINITY };
});

/**
 * Whether the database is what the application needs (`isFit`), this source's migrations included. Settled once it is so:
 * it does not go away. What is missing is told in the log, a line each, once.
 */
export async function checkDatabase(db: Database): Promise<Readonly<Check>> {
  const state = check.get();
  if (state.isFit || performance.now() - state.askedAt < AGAIN_MS) return state;
  state.askedAt = performance.now();
  try {
    await examine(state, (text, values) => db.query(text, values), db);
  } catch (error) {
    if (!isUnavailable(error)) tell(state, [`the database can't be examined: ${error instanceof Error ? error.message : error}`]);
  }
  return state;
}

/** Does something with the database once it is fit for that. Resolves when it has been done, or has to wait. */
export async function onceFit(db: Database, work: () => Promise<void>): Promise<void> {
  if ((await checkDatabase(db)).isFit) return work();
  setTimeout(() => onceFit(db, work), AGAIN_MS).unref();
}

async function examine(state: Check, ask: Ask, db: Database): Promise<void> {
  const problems = await problemsOfUse(ask);
  state.isMigrated = problems.length === 0 && (await isMigrated(db));
  if (problems.length === 0 && !state.isMigrated) problems.push(`the database lacks ${LATEST_MIGRATION}: run bin/migrate.ts`);
  tell(state, problems);
  if (problems.length > 0) return;
  for (const line of await adviceForUse(ask)) log().warn(line);
  state.isFit = true;
}

function tell(state: Check, problems: string[]): void {
  for (const line of problems) if (!state.problems.includes(line)) log().error(line);
  state.problems = problems;
}
