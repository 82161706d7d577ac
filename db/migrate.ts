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
    throw new Error(explain(error, new URL(databaseUrl)), { cause: error });
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

// SQLSTATE class 28: invalid authorization.
function explain({ code, message }: NodeJS.ErrnoException, { host, username, pathname }: URL): string {
  const database = `the database ${host}${pathname}`;
  if (code?.startsWith("28")) return `${database} refuses the user ${username} or the password: check DATABASE_URL`;
  return `${database} can't be reached (${code ?? message}): start it, or check DATABASE_URL`;
}
