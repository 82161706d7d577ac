import type { Database } from "./pool.ts";

/** What both tokens of a session are made from. */
export type SessionRow = {
  id: string;
  generation: number;
  rotated_at: Date;
  expires_at: Date;
  user_id: number;
  username: string;
};

const COLUMNS = "s.id, s.generation, s.rotated_at, s.expires_at, s.user_id, u.username";
const SEEN = `${COLUMNS}, extract(epoch from now() - s.rotated_at)::float8 as age_seconds`;
/** Of a session and its user. */
const LIVES = "s.revoked_at is null and s.expires_at > now() and u.is_active";

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

/** A session as a refresh finds it, and how long ago it was opened or rotated; negative where the clock was set back since. */
export type SeenSession = SessionRow & { age_seconds: number };

/**
 * Moves a living session on to the generation after `generation`, if it is at that one, or behind it because the database
 * went back in time. Of several requests exactly one succeeds, and none within `grace` of the rotation before.
 *
 * A rotation waits for no disk and no standby: one that is lost leaves the row behind its token, which is accepted. What
 * is not lost, and comes after the client was told to try again, would make the client's next attempt a replay.
 * @param grace in seconds
 * @param before when no client waits for the answer any more: a database that was paused would otherwise come round to it,
 *   and the client would come again with a token that had been exchanged without its knowledge
 * @returns the session after the rotation, or null; the session as it was when the statement began, or null where none
 *   lives; and whether that was in time
 */
export async function rotateSession(
  db: Database,
  { id, generation, grace, before }: { id: string; generation: number; grace: number; before: Date },
): Promise<{ rotated: SessionRow | null; seen: SeenSession | null; inTime: boolean }> {
  // The setting holds for this statement's transaction alone, so that a pooler is no matter; the update depends on it, so
  // that it is made first. A clock that was set back leaves times in the future, which must not keep a session from moving.
  // clock_timestamp(): the grace begins when the rotation happens, not when a statement began to wait for its turn.
  // A user who is disabled meanwhile has their sessions ended, which the update sees.
  const rows = await db.query<SeenSession & { next_generation: number | null; next_rotated_at: Date; in_time: boolean }>(
    `with relaxed as materialized (
       select set_config('synchronous_commit', 'off', true) as commit
     ), seen as materialized (
       select ${SEEN} from sessions s join users u on u.id = s.user_id where s.id = $1 and ${LIVES}
     ), rotated as (
       update sessions s set generation = greatest($2, s.generation + 1), rotated_at = clock_timestamp()
       from seen, relaxed
       where s.id = $1 and s.revoked_at is null and relaxed.commit = 'off' and clock_timestamp() < $4
         and (s.generation < $2 or s.generation = $2
           and s.rotated_at not between now() - make_interval(secs => $3) and now() + make_interval(secs => $3))
       returning s.generation as next_generation, s.rotated_at as next_rotated_at
     )
     select *, clock_timestamp() < $4 as in_time from seen left join rotated on true`,
    [id, generation, grace, before],
  );
  const [row] = rows;
  if (!row) return { rotated: null, seen: null, inTime: true };
  const { next_generation, next_rotated_at, in_time: inTime, ...seen } = row;
  const rotated = next_generation === null ? null : { ...seen, generation: next_generation, rotated_at: next_rotated_at };
  return { rotated, seen, inTime };
}

/** A living session of an active user. */
export async function findLivingSession(db: Database, id: string): Promise<SeenSession | null> {
  const rows = await db.query<SeenSession>(
    `select ${SEEN} from sessions s join users u on u.id = s.user_id where s.id = $1 and ${LIVES}`,
    [id],
  );
  return rows[0] ?? null;
}

/** Ends a session. A trigger announces it to every worker. */
export async function revokeSession(db: Database, id: string): Promise<void> {
  await db.query("update sessions set revoked_at = now() where id = $1 and revoked_at is null", [id]);
}

/** Ends those of these sessions that are not over. @returns the ids of those that were ended */
export async function revokeSessions(db: Database, ids: string[]): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    "update sessions set revoked_at = now() where id = any($1::text[]) and revoked_at is null returning id",
    [ids],
  );
  return rows.map((row) => row.id);
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
