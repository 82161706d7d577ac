import { join } from "node:path";
import { runner } from "node-pg-migrate";
import pg from "pg";

/**
 * Brings the database's schema up to date. Several at once take turns.
 * @throws {Error} one line: the database can't be reached, or which migration failed
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  // A connection that breaks while it is idle is reported by the next statement.
  client.on("error", () => undefined);
  await client.connect().catch((error: NodeJS.ErrnoException) => {
    const { host, pathname } = new URL(databaseUrl);
    throw new Error(`the database ${host}${pathname} can't be reached (${error.code ?? error.message}): check DATABASE_URL`);
  });
  try {
    await runner({
      dbClient: client,
      dir: join(import.meta.dirname, "migrations"),
      direction: "up",
      migrationsTable: "migrations",
      advisoryLockMode: "wait",
      log: () => undefined,
    });
  } catch (error) {
    throw new Error(`the migrations failed: ${error instanceof Error ? error.message : error}`, { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}
