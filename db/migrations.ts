import type { Database } from "./pool.ts";

/** The migration that this source needs: the last file of `migrations/`, which a test compares it with. */
export const LATEST_MIGRATION = "0007_settings-of-others";

/** Whether the database's schema is at least this source's. */
export async function isMigrated(db: Database): Promise<boolean> {
  const rows = await db.query("select from migrations where name = $1", [LATEST_MIGRATION]);
  return rows.length > 0;
}
