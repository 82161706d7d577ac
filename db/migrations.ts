import type { Database } from "./pool.ts";

/** The newest migration, which the application needs: the last file of `migrations/`. A test compares the two. */
export const LATEST_MIGRATION = "0012_moving-from-django";

/** Whether the database's schema is up to date, or newer. */
export async function isMigrated(db: Database): Promise<boolean> {
  const rows = await db.query("select from migrations where name = $1", [LATEST_MIGRATION]);
  return rows.length > 0;
}
