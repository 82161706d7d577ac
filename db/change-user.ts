import type { Database } from "./pool.ts";

/** New values of an account's columns; null for one that stays as it is. */
export type UserChange = { username: string | null; username_key: string | null; birth_date: string | null };

/**
 * Changes an account.
 * @returns whether its username is another one now, be it only in its case; null if the user has been deleted
 * @throws {Error} `isUsernameTaken(error)` if another account has the username
 */
export async function updateUser(db: Database, userId: number, change: UserChange): Promise<{ is_renamed: boolean } | null> {
  const rows = await db.query<{ is_renamed: boolean }>(
    `with before as materialized (
       select id, username from users where id = $1 for update
     )
     update users set username = coalesce($2, users.username), username_key = coalesce($3, username_key),
       birth_date = coalesce($4::date, birth_date)
     from before where users.id = before.id
     returning users.username <> before.username as is_renamed`,
    [userId, change.username, change.username_key, change.birth_date],
  );
  return rows[0] ?? null;
}

/** Whether a statement failed because another account has the username. */
export function isUsernameTaken(error: unknown): boolean {
  return error instanceof Error && "constraint" in error && error.constraint === "users_username_key";
}
