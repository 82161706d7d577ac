import { PG_MIGRATE_LOCK_ID, runner } from "node-pg-migrate";
import type pg from "pg";
import { connect } from "#db/connection/connect.ts";
import { connectionProblem } from "#db/connection/problem.ts";
import { keepSettingsFor } from "#db/connection/session-settings.ts";
import { inspectMigrations, MIGRATIONS } from "./migration-state.ts";
import { type Ask, problemsOfServer, problemsOfUse } from "./requirements.ts";
import { transaction } from "./transaction.ts";

const say = () => undefined;
/** What fails is thrown, and told once. */
const SILENT = { debug: say, info: say, warn: say, error: say };

/**
 * Brings the database's schema up to date, in one transaction, if the database is what the application needs. Several at
 * once take turns.
 * @returns what is well, and should be known: a line each
 * @throws {Error} a line each: the database can't be reached, what it lacks, or which migration failed
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const client = await connect(databaseUrl, { timeoutMs: 5_000 }).catch((error: unknown) => {
    throw new Error(connectionProblem(error, databaseUrl), { cause: error });
  });
  const ask: Ask = async (text, values) => (await client.query(text, values)).rows;
  try {
    refuse(await problemsOfServer(ask));
    const { problem, newer } = await runMigrations(client, databaseUrl);
    refuse(problem === undefined ? await problemsOfUse(ask) : [problem]);
    return newer.length === 0 ? [] : [`the database was migrated by a later version (${newer.join(", ")}): this one is older`];
  } finally {
    await client.end().catch(() => undefined);
  }
}

type Outcome = { problem?: string; newer: string[] };

async function runMigrations(client: pg.Client, databaseUrl: string): Promise<Outcome> {
  let isBegun = false;
  try {
    // The runner's own lock would be the connection's, and behind a pooler each transaction may get another one. The
    // transaction is begun here, so that the lock is a part of it: the runner's BEGIN says nothing new, its COMMIT ends both.
    return await transaction(client, async (db) => {
      isBegun = true;
      await db.query(`select pg_advisory_xact_lock(${PG_MIGRATE_LOCK_ID})`);
      const found = await inspectMigrations(db.query);
      if (found.problem !== undefined) return found;
      await db.query(keepSettingsFor("current_user"));
      await runner({
        dbClient: client,
        dir: MIGRATIONS,
        direction: "up",
        migrationsTable: "migrations",
        noLock: true,
        singleTransaction: true,
        logger: SILENT,
      });
      return found;
    });
  } catch (error) {
    // Some poolers take no transactions.
    if (!isBegun) throw new Error(`the migrations failed: ${connectionProblem(error, databaseUrl)}`, { cause: error });
    throw new Error(`the migrations failed: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

function refuse(problems: string[]): void {
  if (problems.length > 0) throw new Error(problems.join("\n"));
}
