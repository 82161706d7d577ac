import { join } from "node:path";
import { PG_MIGRATE_LOCK_ID, runner } from "node-pg-migrate";
import { connect } from "./connect.ts";
import { connectionProblem } from "./connection-problem.ts";
import { BEGIN, keepSettingsFor } from "./session-settings.ts";

/**
 * Brings the database's schema up to date, in one transaction. Several at once take turns.
 * @throws {Error} one line: the database can't be reached, or which migration failed
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const client = await connect(databaseUrl, { timeoutMs: 5_000 }).catch((error: unknown) => {
    throw new Error(connectionProblem(error, databaseUrl), { cause: error });
  });
  try {
    // The runner's own lock would be the connection's, and behind a pooler each transaction may get another one. The
    // transaction is begun here, so that the lock is a part of it: the runner's BEGIN says nothing new, its COMMIT ends both.
    await client.query(BEGIN).catch((error: unknown) => {
      throw new Error(connectionProblem(error, databaseUrl), { cause: error });
    });
    await client.query(`select pg_advisory_xact_lock(${PG_MIGRATE_LOCK_ID})`);
    await client.query(keepSettingsFor("current_user"));
    await runner({
      dbClient: client,
      dir: join(import.meta.dirname, "migrations"),
      direction: "up",
      migrationsTable: "migrations",
      noLock: true,
      singleTransaction: true,
      log: () => undefined,
    });
    await client.query("commit");
  } catch (error) {
    throw new Error(`the migrations failed: ${error instanceof Error ? error.message : error}`, { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}
