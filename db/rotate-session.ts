import type { Client } from "./events.ts";
import type { Database } from "./pool.ts";
import type { SessionRow } from "./sessions.ts";

/**
 * A session as a refresh finds it. `age_seconds`: since it was opened or rotated; negative if the clock was set back since.
 * `grace_generation`: the oldest generation that is accepted within the grace.
 */
export type SeenSession = SessionRow & { age_seconds: number; grace_generation: number };

// The name is the one that the session's current tokens have, until the next rotation: the same tokens are signed again.
const COLUMNS = "s.id, s.generation, s.rotated_at, s.expires_at, s.user_id, coalesce(s.username, u.username) as username";
const SEEN = `${COLUMNS}, s.grace_generation, extract(epoch from now() - s.rotated_at)::float8 as age_seconds`;
/** The condition for a living session `s` of the user `u`. */
const LIVES = "s.revoked_at is null and s.expires_at > now() and u.is_active";

type Rotation = { id: string; generation: number; grace: number; isAway: boolean; before: Date; client: Client };

/**
 * Rotates a living session to the generation after `generation`, if it is at `generation`, or behind it because the database
 * went back in time. Of several simultaneous requests exactly one succeeds, and none within `grace` of the last rotation.
 *
 * The commit waits for no disk and no standby: a client that was told to retry during such a wait would find its token
 * exchanged later. If a crash loses the rotation, the client's token is ahead of the row, and such a token is accepted.
 * @param grace in seconds
 * @param isAway whether Django made the token, from one of this session. Django may refuse that one from now on, so the session
 *   rotates also within the grace
 * @param before the moment when the client stops waiting. A paused database may run the statement later: without this limit
 *   it would exchange the token without the client's knowledge, and the client's next attempt would look like a replay
 * @returns `rotated`: the session after the rotation, or null; `seen`: the living session when the statement began, or null;
 *   `inTime`: whether the statement ran before `before`
 */
export async function rotateSession(
  db: Database,
  { id, generation, grace, isAway, before, client }: Rotation,
): Promise<{ rotated: SessionRow | null; seen: SeenSession | null; inTime: boolean }> {
  // synchronous_commit is set for this statement's transaction alone, which works through a pooler too. The update depends on
  // `relaxed`, so that the setting comes first. A clock that was set back leaves a rotated_at in the future, which must not
  // block the session. clock_timestamp(): the grace begins at the rotation, not when the statement began to wait for a lock.
  // Disabling the user in the meantime revokes the session, and the update sees that.
  type Row = SeenSession & { account_name: string; next_generation: number | null; next_rotated_at: Date; in_time: boolean };
  const rows = await db.query<Row>(
    `with relaxed as materialized (
       select set_config('synchronous_commit', 'off', true) as commit
     ), seen as materialized (
       select ${SEEN}, u.username as account_name from sessions s join users u on u.id = s.user_id where s.id = $1 and ${LIVES}
     ), rotated as (
       update sessions s set generation = greatest($2, s.generation + 1), rotated_at = clock_timestamp(), username = account_name,
         grace_generation = case when $7 and s.rotated_at > now() - make_interval(secs => $3) then s.grace_generation
                                 else greatest($2 - 1, s.generation) end, address = coalesce($5, s.address), device = coalesce($6, s.device)
       from seen, relaxed
       where s.id = $1 and s.revoked_at is null and relaxed.commit = 'off' and clock_timestamp() < $4
         and (s.generation < $2 or s.generation = $2
           and ($7 or s.rotated_at not between now() - make_interval(secs => $3) and now() + make_interval(secs => $3)))
       returning s.generation as next_generation, s.rotated_at as next_rotated_at
     )
     select *, clock_timestamp() < $4 as in_time from seen left join rotated on true`,
    [id, generation, grace, before, client.address, client.device, isAway],
  );
  const [row] = rows;
  if (!row) return { rotated: null, seen: null, inTime: true };
  const { account_name: username, next_generation, next_rotated_at, in_time: inTime, ...seen } = row;
  const rotated =
    next_generation === null ? null : { ...seen, username, generation: next_generation, rotated_at: next_rotated_at };
  return { rotated, seen, inTime };
}

/**
 * Rotates a living session whose holder has just proved who it is, or has changed what its tokens say: at once, even within the
 * grace of the last rotation. The tokens that the grace still accepts stay accepted, now until the end of this rotation's grace.
 * @param isProved whether the holder has proved who it is
 * @returns null if the session has ended
 */
export async function advanceSession(
  db: Database,
  { id, grace, isProved }: { id: string; grace: number; isProved: boolean },
): Promise<SessionRow | null> {
  const rows = await db.query<SessionRow>(
    `update sessions s set generation = s.generation + 1, rotated_at = clock_timestamp(), username = u.username,
       grace_generation = case when s.rotated_at > now() - make_interval(secs => $2) then s.grace_generation else s.generation end,
       authenticated_at = case when $3 then clock_timestamp() else s.authenticated_at end
     from users u where u.id = s.user_id and s.id = $1 and ${LIVES}
     returning ${COLUMNS}`,
    [id, grace, isProved],
  );
  return rows[0] ?? null;
}

/** Whether the holder of a living session proved within the last `seconds` who it is. Null if the session has ended. */
export async function findProof(db: Database, id: string, seconds: number): Promise<{ is_recent: boolean } | null> {
  const rows = await db.query<{ is_recent: boolean }>(
    `select s.authenticated_at > now() - make_interval(secs => $2) as is_recent
     from sessions s join users u on u.id = s.user_id where s.id = $1 and ${LIVES}`,
    [id, seconds],
  );
  return rows[0] ?? null;
}

/** The session, if it lives and its user is active. */
export async function findLivingSession(db: Database, id: string): Promise<SeenSession | null> {
  const rows = await db.query<SeenSession>(
    `select ${SEEN} from sessions s join users u on u.id = s.user_id where s.id = $1 and ${LIVES}`,
    [id],
  );
  return rows[0] ?? null;
}
