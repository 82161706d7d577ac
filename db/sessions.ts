import "server-only";

import type { Database } from "./pool";

/** What both tokens of a session are made from. */
export type SessionRow = {
  id: string;
  generation: number;
  rotated_at: Date;
  expires_at: Date;
  user_id: number;
  username: string;
};

/**
 * Opens a session for an active user, or returns null when there is none.
 * @param lifetime in seconds
 * @param passwordChangedAt of the password that was compared: null is returned when there is another one by now
 */
export async function insertSession(
  db: Database,
  id: string,
  userId: number,
  lifetime: number,
  passwordChangedAt: string,
): Promise<SessionRow | null> {
  // Locked: who is just disabling the account, or changing its password, comes before this or finds the session.
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

/**
 * Moves a living session on by one generation, if it is at `generation`: of several requests exactly one succeeds.
 * @param before when nobody waits for the answer any more: a database that was paused would otherwise come round to it,
 *   and the client, who was told to try again, would come with a token that had been exchanged without its knowledge
 * @returns the session as it is now, or null; when the statement began, by the database's clock, and whether in time
 */
export async function rotateSession(
  db: Database,
  id: string,
  generation: number,
  before: Date,
): Promise<{ rotated: SessionRow | null; askedAt: Date; inTime: boolean }> {
  // clock_timestamp(): the grace begins when the rotation happens, not when a statement began to wait for its turn.
  const rows = await db.query<{ asked_at: Date; in_time: boolean } & (SessionRow | { id: null })>(
    `with rotated as (
       update sessions s set generation = s.generation + 1, rotated_at = clock_timestamp()
       from users u
       where s.id = $1 and s.generation = $2 and s.revoked_at is null and s.expires_at > now() and clock_timestamp() < $3
         and u.id = s.user_id and u.is_active
       returning s.id, s.generation, s.rotated_at, s.expires_at, s.user_id, u.username
     )
     select now() as asked_at, clock_timestamp() < $3 as in_time, rotated.* from (values (1)) always left join rotated on true`,
    [id, generation, before],
  );
  const row = rows[0];
  if (!row) throw new Error("a select from values has a row");
  const { asked_at: askedAt, in_time: inTime, ...rotated } = row;
  return { rotated: rotated.id === null ? null : rotated, askedAt, inTime };
}

/** A living session of an active user, and by the database's clock what the time is. */
export async function findLivingSession(db: Database, id: string): Promise<(SessionRow & { now: Date }) | null> {
  const rows = await db.query<SessionRow & { now: Date }>(
    `select s.id, s.generation, s.rotated_at, s.expires_at, s.user_id, u.username, now() as now
     from sessions s join users u on u.id = s.user_id
     where s.id = $1 and s.revoked_at is null and s.expires_at > now() and u.is_active`,
    [id],
  );
  return rows[0] ?? null;
}

/** Ends a session. A trigger announces it to every worker. */
export async function revokeSession(db: Database, id: string): Promise<void> {
  await db.query("update sessions set revoked_at = now() where id = $1 and revoked_at is null", [id]);
}

/** Ends one living session of a user, or with null all of them. @returns the ids of those that were ended */
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
