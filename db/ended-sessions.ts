import type { Database } from "./pool.ts";

/** A session that ended while its tokens are still good. `tokens`: simplejwt's that were presented for it. Times in seconds. */
export type EndedSession = {
  id: string;
  user_id: number;
  generation: number;
  exp: number;
  tokens: { jti: string; exp: number }[];
};

/** The sessions of accounts from Django that ended after a moment, page by page by their ids. @param since in ms; null: all */
export function listEndedSessions(db: Database, since: number | null, after: string, limit: number): Promise<EndedSession[]> {
  return db.query<EndedSession>(
    `select s.id, s.user_id, generation, extract(epoch from s.expires_at)::float8 as exp, (
       select coalesce(jsonb_agg(jsonb_build_object('jti', jti, 'exp', extract(epoch from t.expires_at)::float8)), '[]')
       from django_tokens t where session_id = s.id and t.expires_at > now()
     ) as tokens
     from sessions s join django_users d on d.user_id = s.user_id
     where revoked_at > coalesce(to_timestamp($1::float8 / 1000), '-infinity') and s.expires_at > now() and s.id > $2
     order by s.id limit $3`,
    [since, after, limit],
  );
}

/** The database's time, in ms since the epoch. */
export async function databaseTime(db: Database): Promise<number> {
  const [row] = await db.query<{ ms: number }>("select extract(epoch from now())::float8 * 1000 as ms");
  return row?.ms ?? 0;
}
