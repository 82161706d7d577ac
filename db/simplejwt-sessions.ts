import type { Client } from "./events.ts";
import type { Database } from "./pool.ts";
import type { SessionRow } from "./sessions.ts";

/** A token of simplejwt's. Times in seconds since the epoch. `ownSession`: the id that the session gets. */
export type DjangoToken = { jti: string; userId: number; exp: number; iat: number | null; ownSession: string };

export type Adoptable = DjangoToken & { continued: string | null };

/**
 * `generation`: 1 if the token is being exchanged, 0 if it stays the current one. `lifetime` in seconds. `before`: the moment when
 * the client stops waiting, as for `rotateSession`
 */
type Adoption = { generation: 0 | 1; lifetime: number; before: Date; client: Client };

// Whether a token opens the account `u`, in Django `d`, with the password `p`. $2 is the token's `iat`, and $3 the session of which
// Django continued a token, or null.
//
// Django asks for no second factor, and knows no password that was set here: such an account is not opened. Nor is one whose sessions
// have ended since the token was issued. But what was continued from a session that outlived all that goes on.
const OPENS = `u.is_active and (
  not u.has_second_factor and p.is_own is not true and (d.tokens_void_before is null or d.tokens_void_before < to_timestamp($2))
  or exists (
    select from sessions s where s.id = $3 and s.user_id = u.id and s.revoked_at > coalesce(d.tokens_void_before, '-infinity')
  )
)`;
const PASSWORD = "select not is_from_django and changed_at <> u.created_at as is_own from passwords where user_id = u.id";

/**
 * Opens the session of a token of simplejwt's that was not seen before, if the account came from Django. The holder has proved
 * nothing here.
 * @param token.continued the session that the token was made from one of, if Django has ended that
 * @returns `adopted`: null if the token was seen before, or opens no account; `inTime`: whether the statement ran before `before`
 */
export async function adoptSession(
  db: Database,
  { jti, userId, exp, iat, ownSession, continued }: Adoptable,
  { generation, lifetime, before, client }: Adoption,
): Promise<{ adopted: SessionRow | null; inTime: boolean }> {
  // A token that was seen before locks nothing: a burst of refreshes would otherwise wait for the disk at each of its commits. The
  // insert decides between two that come at once.
  //
  // The row locks make this statement wait for a transaction that ends the user's sessions, and then see what it decided; a later
  // such transaction finds the new session, and ends it. They are taken in the order in which those transactions take them.
  const rows = await db.query<(SessionRow | { id: null }) & { in_time: boolean }>(
    `with owner as materialized (
       select id, username, created_at, is_active, has_second_factor from users
       where id = $1 and not exists (select from spent where id = 'simplejwt:' || $4) for share
     ), password as materialized (
       select own.is_own from owner u, lateral (${PASSWORD} for share) own
     ), allowed as materialized (
       select u.id, u.username from owner u join django_users d on d.user_id = u.id left join password p on true where ${OPENS}
       for share of d
     ), first_seen as (
       insert into spent (id, expires_at) select 'simplejwt:' || $4, to_timestamp($5) from allowed where clock_timestamp() < $6
       on conflict do nothing returning id
     ), opened as (
       insert into sessions (id, user_id, username, generation, expires_at, address, device, authenticated_at)
       select $4, allowed.id, username, $7, now() + make_interval(secs => $8), $9, $10, '-infinity' from allowed, first_seen
       returning id, generation, rotated_at, expires_at, user_id, username
     ), noted as (
       insert into django_tokens (jti, session_id, issued_at, expires_at)
       select $11, id, to_timestamp($2), to_timestamp($5) from opened on conflict do nothing
     )
     select opened.*, clock_timestamp() < $6 as in_time from (select) as always left join opened on true`,
    [...[userId, iat, continued, ownSession, exp, before, generation, lifetime], ...[client.address, client.device, jti]],
  );
  const [row] = rows;
  if (!row || row.id === null) return { adopted: null, inTime: row?.in_time ?? false };
  const { in_time: inTime, ...adopted } = row;
  return { adopted, inTime };
}

/** Whether `adoptSession` would open a session. */
export async function isAdoptable(db: Database, { userId, iat, ownSession, continued }: Adoptable): Promise<boolean> {
  const rows = await db.query(
    `select from users u join django_users d on d.user_id = u.id left join lateral (${PASSWORD}) p on true
     where u.id = $1 and ${OPENS} and not exists (select from spent where id = 'simplejwt:' || $4)`,
    [userId, iat, continued, ownSession],
  );
  return rows.length > 0;
}

/** Whether Django made a token after it had listed an earlier one of this session, which ended here for that. */
export async function isFromAfterEnd(db: Database, sessionId: string, iat: number | null): Promise<boolean> {
  const rows = await db.query(
    "select from django_ended_sessions where session_id = $1 and tokens_void_before <= to_timestamp($2)",
    [sessionId, iat],
  );
  return rows.length > 0;
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
