import { PG_MIGRATE_LOCK_ID, runner } from "node-pg-migrate";
import type pg from "pg";
import { connect } from "#db/connection/connect.ts";
import { connectionProblem } from "#db/connection/problem.ts";
import { setRoleDefaults } from "#db/connection/session-settings.ts";
import { givingWay, waitBriefly } from "./give-way.ts";
import { inspectMigrations, MIGRATIONS } from "./migration-state.ts";
import { type Ask, serverProblems, servingProblems } from "./requirements.ts";
import { transaction } from "./transaction.ts";

const ignore = () => undefined;
/** The runner logs nothing: a failure is thrown, and reported once. */
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * Brings the database's schema up to date, in one transaction, if the database meets the application's requirements.
 * Simultaneous runs wait for each other.
 * @returns notes for the operator, one line each
 * @throws {Error} one line per problem: the database can't be reached, what it lacks, or which migration failed
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const client = await connect(databaseUrl, { timeoutMs: 5_000 }).catch((error: unknown) => {
    throw new Error(connectionProblem(error, databaseUrl), { cause: error });
  });
  const ask: Ask = async (text, values) => (await client.query(text, values)).rows;
  try {
    throwProblems(await serverProblems(ask));
    const { problem, newer } = await runMigrations(client, databaseUrl);
    throwProblems(problem === undefined ? await servingProblems(ask) : [problem]);
    return newer.length === 0 ? [] : [`the database was migrated by a later version (${newer.join(", ")}): this one is older`];
  } finally {
    await client.end().catch(() => undefined);
  }
}

type Outcome = { problem?: string; newer: string[] };

async function runMigrations(client: pg.Client, databaseUrl: string): Promise<Outcome> {
  let isBegun = false;
  try {
    // The runner's own lock belongs to a connection, and a pooler may give each transaction another connection. So the
    // transaction begins here, and holds the lock. The runner's own BEGIN has no effect then, and its COMMIT ends this one.
    const inOneTransaction = () =>
      transaction(client, async (db) => {
        isBegun = true;
        await db.query(`select pg_advisory_xact_lock(${PG_MIGRATE_LOCK_ID})`);
        const found = await inspectMigrations(db.query);
        if (found.problem !== undefined) return found;
        await db.query(setRoleDefaults("current_user"));
        await waitBriefly(db);
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
    return await givingWay(inOneTransaction);
  } catch (error) {
    // Some poolers refuse transactions.
    if (!isBegun) throw new Error(`the migrations failed: ${connectionProblem(error, databaseUrl)}`, { cause: error });
    throw new Error(`the migrations failed: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

function throwProblems(problems: string[]): void {
  if (problems.length > 0) throw new Error(problems.join("\n"));
}
