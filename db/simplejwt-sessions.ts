import type { Client } from "./events.ts";
import type { Database } from "./pool.ts";
import type { SessionRow } from "./sessions.ts";

/** A token of simplejwt's. Times in seconds since the epoch. `ownSession`: the id that the session gets. */
export type DjangoToken = { jti: string; userId: number; exp: number; iat: number | null; ownSession: string };

/**
 * `generation`: 1 if the token is being exchanged, 0 if it stays the current one. `lifetime` in seconds. `before`: the moment when
 * the client stops waiting, as for `rotateSession`
 */
type Adoption = { generation: 0 | 1; lifetime: number; before: Date; client: Client };

/**
 * Opens the session of a token of simplejwt's that was not seen before. The holder has proved nothing here.
 *
 * The account is one that came from Django, is active, and has not had its sessions ended since the token was issued. Django asks
 * for no second factor, so an account that has one is not opened.
 * @returns `adopted`: null if the token was seen before, or opens no account; `inTime`: whether the statement ran before `before`
 */
export async function adoptSession(
  db: Database,
  { jti, userId, exp, iat, ownSession }: DjangoToken,
  { generation, lifetime, before, client }: Adoption,
): Promise<{ adopted: SessionRow | null; inTime: boolean }> {
  // The row locks make this statement wait for a transaction that ends the user's sessions, and then see what it decided; a later
  // such transaction finds the new session, and ends it. They are taken in the order in which those transactions take them.
  const rows = await db.query<(SessionRow | { id: null }) & { in_time: boolean }>(
    `with owner as materialized (
       select id, username from users where id = $2 and is_active and not has_second_factor for share
     ), password as materialized (
       select user_id from passwords where user_id = (select id from owner) for share
     ), allowed as materialized (
       select owner.id, owner.username from django_users d join owner on owner.id = d.user_id
       where (select count(*) from password) >= 0 and (d.tokens_void_before is null or d.tokens_void_before < to_timestamp($4))
       for share of d
     ), first_seen as (
       insert into spent (id, expires_at) select 'simplejwt:' || $1, to_timestamp($3) from allowed where clock_timestamp() < $10
       on conflict do nothing returning id
     ), opened as (
       insert into sessions (id, user_id, username, generation, expires_at, address, device, authenticated_at)
       select $1, allowed.id, username, $6, now() + make_interval(secs => $7), $8, $9, '-infinity' from allowed, first_seen
       returning id, generation, rotated_at, expires_at, user_id, username
     ), noted as (
       insert into django_tokens (jti, session_id, issued_at, expires_at)
       select $5, id, to_timestamp($4), to_timestamp($3) from opened on conflict do nothing
     )
     select opened.*, clock_timestamp() < $10 as in_time from (select) as always left join opened on true`,
    [ownSession, userId, exp, iat, jti, generation, lifetime, client.address, client.device, before],
  );
  const [row] = rows;
  if (!row || row.id === null) return { adopted: null, inTime: row?.in_time ?? false };
  const { in_time: inTime, ...adopted } = row;
  return { adopted, inTime };
}

/** Notes that Django holds this token of a session, so that it can be told when the session ends. */
export async function noteDjangoToken(db: Database, { jti, exp, iat }: DjangoToken, sessionId: string): Promise<void> {
  await db.query(
    `insert into django_tokens (jti, session_id, issued_at, expires_at)
     select $1, id, to_timestamp($3), to_timestamp($4) from sessions where id = $2 on conflict do nothing`,
    [jti, sessionId, iat, exp],
  );
}

/**
 * The session that one of simplejwt's access tokens belongs to: its own, or that of the refresh token that it came with, which
 * was issued in the same second. A living one comes first. Null if there is none.
 */
export async function findDjangoSession(
  db: Database,
  { jti, userId, iat }: DjangoToken,
): Promise<(SessionRow & { lives: boolean }) | null> {
  const rows = await db.query<SessionRow & { lives: boolean }>(
    `select s.id, s.generation, s.rotated_at, s.expires_at, s.user_id, coalesce(s.username, u.username) as username,
       s.revoked_at is null and s.expires_at > now() and u.is_active as lives
     from sessions s join users u on u.id = s.user_id join django_tokens t on t.session_id = s.id
     where s.user_id = $1 and (t.jti = $2 or t.issued_at = to_timestamp($3))
     order by lives desc limit 1`,
    [userId, jti, iat],
  );
  return rows[0] ?? null;
}

/**
 * Ends the sessions that access tokens of the same login at Django opened, and that no client has gone on with.
 * @returns the ids of those that were ended
 */
export async function revokeCompanions(
  db: Database,
  { sessionId, userId }: { sessionId: string; userId: number },
): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `update sessions set revoked_at = now(), end_reason = 'logged_out'
     where user_id = $1 and generation = 0 and revoked_at is null and id in (
       select s.id from sessions s join django_tokens t on t.session_id = s.id
       where s.user_id = $1 and t.issued_at in (select issued_at from django_tokens where session_id = $2)
     ) returning id`,
    [userId, sessionId],
  );
  return rows.map(({ id }) => id);
}
