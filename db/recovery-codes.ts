import type { Database } from "./pool.ts";

/** Keeps a user's new recovery codes, by their digests. The old ones are void. */
export async function replaceRecoveryCodes(db: Database, userId: number, digests: string[]): Promise<void> {
  await db.query("delete from recovery_codes where user_id = $1", [userId]);
  await db.query("insert into recovery_codes (user_id, digest) select $1, unnest($2::text[])", [userId, digests]);
}

/** Uses up a recovery code. @returns false if the user has no such code, or no more */
export async function spendRecoveryCode(db: Database, userId: number, digest: string): Promise<boolean> {
  const rows = await db.query("delete from recovery_codes where user_id = $1 and digest = $2 returning user_id", [
    userId,
    digest,
  ]);
  return rows.length > 0;
}

/** Whether the user has such a recovery code. */
export async function hasRecoveryCode(db: Database, userId: number, digest: string): Promise<boolean> {
  return (await db.query("select from recovery_codes where user_id = $1 and digest = $2", [userId, digest])).length > 0;
}
