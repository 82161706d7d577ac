import type { Database } from "./pool.ts";

/**
 * Uses up the id of a signed value that is good once.
 * @param expiresAt from then on the value is refused for its age
 * @returns false if it had been used before
 */
export async function spend(db: Database, id: string, expiresAt: Date): Promise<boolean> {
  const rows = await db.query("insert into spent (id, expires_at) values ($1, $2) on conflict do nothing returning id", [
    id,
    expiresAt,
  ]);
  return rows.length > 0;
}

/** Whether the id was used up. */
export async function isSpent(db: Database, id: string): Promise<boolean> {
  return (await db.query("select from spent where id = $1", [id])).length > 0;
}
