import type { Database } from "./pool.ts";

/** The facts that both tokens of a session are made from. */
export type SessionRow = {
  id: string;
  generation: number;
  rotated_at: Date;
  expires_at: Date;
  user_id: number;
  username: string;
};

/**
 * Opens a session for an active user.
 * @param lifetime in seconds
 * @param passwordChangedAt when the password that was compared was set
 * @returns null if the user was deleted or disabled, or has a newer password
 */
export async function insertSession(
  db: Database,
  id: string,
  userId: number,
  lifetime: number,
  passwordChangedAt: string,
): Promise<SessionRow | null> {
  // `for share` makes this statement wait for a transaction that disables the account or changes its password; a later such
  // transaction finds the new session, and ends it.
  const rows = await db.query<SessionRow>(
    `with owner as (
       select users.id, username from users join passwords on user_id = users.id
       where users.id = $2 and is_active and changed_at = $4::timestamptz
       for share
     ), opened as (
       insert into sessions (id, user_id, expires_at)
       select $1, id, now() + make_interval(secs => $3) from owner
       returning id, generation, rotated_at, expires_at, user_id
     )
     select opened.*, username from opened join owner on owner.id = user_id`,
    [id, userId, lifetime, passwordChangedAt],
  );
  return rows[0] ?? null;
}

/** Ends a session. A trigger announces it to every worker. */
export async function revokeSession(db: Database, id: string): Promise<void> {
  await db.query("update sessions set revoked_at = now() where id = $1 and revoked_at is null", [id]);
}

/** Ends these sessions. @returns the ids of those that had not been revoked before */
export async function revokeSessions(db: Database, ids: string[]): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    "update sessions set revoked_at = now() where id = any($1::text[]) and revoked_at is null returning id",
    [ids],
  );
  return rows.map((row) => row.id);
}

/** Ends one living session of a user, or all of them if `id` is null. @returns the ids of the sessions that were ended */
export async function revokeSessionsOf(db: Database, userId: number, id: string | null): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `update sessions set revoked_at = now()
     where user_id = $1 and ($2::text is null or id = $2) and revoked_at is null and expires_at > now()
     returning id`,
    [userId, id],
  );
  return rows.map((row) => row.id);
}

export type SessionDetails = { id: string; created_at: Date; last_used_at: Date; expires_at: Date };

/** A user's living sessions, the latest first. */
export async function listSessions(db: Database, userId: number): Promise<SessionDetails[]> {
  return db.query<SessionDetails>(
    `select id, created_at, rotated_at as last_used_at, expires_at from sessions
     where user_id = $1 and revoked_at is null and expires_at > now() order by created_at desc, id`,
    [userId],
  );
}
