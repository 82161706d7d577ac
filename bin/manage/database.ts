import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { connectionProblem } from "#db/connection/problem.ts";
import { isMigrated } from "#db/migrations.ts";
import { type Database, database } from "#db/pool.ts";
import { launchConfig, presetConfig } from "#lib/config.ts";

/**
 * The database that a command works on: that of DATABASE_URL, or the one that runs in the data directory.
 * @throws {Error} one line: there is no database, it can't be reached, or its schema is not up to date
 */
export async function openManagedDatabase(): Promise<Database> {
  const { DATABASE_URL: given, DATA_DIR: directory } = launchConfig();
  const none = `no database runs in ${directory}/: start the application with npm start, or name a database with DATABASE_URL`;
  const kept = await readFile(join(directory, "database-url"), "utf8").catch(() => "");
  const url = given ?? kept.trim();
  if (url === "") throw new Error(none);
  presetConfig(url);
  const db = database();
  const isCurrent = await isMigrated(db).catch((error: unknown) => {
    // undefined_table
    if ((error as NodeJS.ErrnoException).code === "42P01") return false;
    throw new Error(given === undefined ? none : connectionProblem(error, url), { cause: error });
  });
  if (!isCurrent) throw new Error("the database's schema is not up to date: migrate first (with npm start, or bin/migrate.ts)");
  return db;
}
