import type { Database } from "./pool.ts";

// simplejwt's blacklist in Django's database, and the sessions here that its tokens belong to.

/** A token that Django has on its blacklist. Times in seconds since the epoch. `token` is empty if it was exported from here. */
export type BlacklistedToken = {
  id: number;
  jti: string;
  token: string;
  user_id: number | null;
  exp: number;
  listed_at: number;
};

/** The tokens on the blacklist that have not expired, after the one with this id, by ids. */
export function listBlacklisted(site: Database, after: number, limit: number): Promise<BlacklistedToken[]> {
  return site.query<BlacklistedToken>(
    `select b.id, jti, token, user_id, extract(epoch from expires_at)::float8 as exp,
       extract(epoch from blacklisted_at)::float8 as listed_at
     from token_blacklist_blacklistedtoken b join token_blacklist_outstandingtoken o on o.id = b.token_id
     where b.id > $1 and expires_at > now() order by b.id limit $2`,
    [after, limit],
  );
}

/** A token of Django's own, and the session that it opens here, or would. Times in seconds since the epoch. */
export type DjangosOwn = {
  session: string;
  jti: string;
  user_id: number | null;
  iat: number | null;
  exp: number;
  listed_at: number;
};
/** A token of ours, or one that Django made from it. Times in seconds since the epoch. */
export type Continued = { session: string; user_id: number; gen: number; iat: number | null; listed_at: number };

/**
 * Ends the sessions of tokens that Django refuses. A token that was exchanged here before that has a successor, whose session goes
 * on. A token that has not come yet will open nothing.
 * @returns how many sessions were ended
 */
export function endBlacklisted(db: Database, own: DjangosOwn[], continued: Continued[]): Promise<number> {
  return db.transaction(
    async (part) => (await endOwn(part, JSON.stringify(own))) + (await endContinued(part, JSON.stringify(continued))),
  );
}

// The id is spent first: a request that is opening the session at this moment is waited for, or waits.
async function endOwn(db: Database, rows: string): Promise<number> {
  const said =
    "jsonb_to_recordset($1::jsonb) as r (session text, jti text, user_id bigint, iat float8, exp float8, listed_at float8)";
  await db.query(
    `insert into spent (id, expires_at) select 'simplejwt:' || session, to_timestamp(exp) from ${said} order by session
     on conflict do nothing`,
    [rows],
  );
  const known = await db.query(
    `with ended as (
       insert into sessions (id, user_id, expires_at, revoked_at, end_reason, authenticated_at)
       select session, r.user_id, to_timestamp(exp), now(), 'logged_out', '-infinity' from ${said} join django_users using (user_id)
       on conflict do nothing returning id
     )
     insert into django_tokens (jti, session_id, issued_at, expires_at)
     select jti, id, to_timestamp(iat), to_timestamp(exp) from ended join ${said} on session = id
     on conflict do nothing returning jti`,
    [rows],
  );
  const ended = await db.query(
    `update sessions set revoked_at = now(), end_reason = 'logged_out' from ${said}
     where id = session and sessions.user_id = r.user_id and revoked_at is null
       and (generation = 0 or to_timestamp(listed_at) <= created_at) returning id`,
    [rows],
  );
  return known.length + ended.length;
}

// Django lists a token at a logout, and when it exchanges it. What it gives in exchange opens a session of its own. What it made from
// the session's tokens earlier is void, also where it is not listed itself: a Django may exchange tokens without listing them.
//
// The `iat` of what it gives is the time at which the request began: never before the `iat` of the listed token, and at most 30
// seconds before the listing, because Gunicorn then ends a request by default.
async function endContinued(db: Database, rows: string): Promise<number> {
  const ended = await db.query(
    `with listed as (
       select * from jsonb_to_recordset($1::jsonb) as r (session text, user_id bigint, gen integer, iat float8, listed_at float8)
     ), ended as (
       update sessions s set revoked_at = now(), end_reason = 'logged_out' from listed
       where s.id = session and s.user_id = listed.user_id and generation <= gen and revoked_at is null returning s.id
     ), noted as (
       insert into django_ended_sessions (session_id, tokens_void_before)
       select session, max(greatest(to_timestamp(iat), to_timestamp(listed_at - 30))) from listed
       where session in (select id from ended union all select session_id from django_ended_sessions join listed on session = session_id)
         and not exists (select from sessions where id = session and generation > gen)
       group by session order by session
       on conflict (session_id) do update
         set tokens_void_before = greatest(django_ended_sessions.tokens_void_before, excluded.tokens_void_before)
     )
     select id from ended`,
    [rows],
  );
  return ended.length;
}
