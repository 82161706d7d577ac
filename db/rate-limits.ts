import type { Database } from "./pool.ts";

export type Usage = { used: number; resetsIn: number };

/**
 * Counts one attempt in one statement, so that simultaneous attempts get different numbers. A window begins with its first
 * attempt, by the database's clock.
 * @param seconds the window's length
 * @returns `used`: attempts in this window, this one included; `resetsIn`: seconds until the window ends
 */
export async function countAttempt(db: Database, key: string, seconds: number): Promise<Usage> {
  const rows = await db.query<{ used: number; resets_in: number }>(
    `insert into rate_limits as l (key, used, resets_at) values ($1, 1, now() + make_interval(secs => $2))
     on conflict (key) do update set
       used = case when l.resets_at <= now() then 1 else least(l.used, 1000000000) + 1 end,
       resets_at = case when l.resets_at <= now() then excluded.resets_at else l.resets_at end
     returning used, greatest(1, ceil(extract(epoch from resets_at - now())))::int as resets_in`,
    [key, seconds],
  );
  return { used: rows[0]?.used ?? 1, resetsIn: rows[0]?.resets_in ?? seconds };
}

/** Takes back one attempt of each key in `once`, and deletes the counts of the keys in `all`. */
export async function forgiveAttempts(db: Database, { once, all }: { once: string[]; all: string[] }): Promise<void> {
  await db.query(
    `with forgotten as (delete from rate_limits where key = any($2))
     update rate_limits set used = used - 1 where key = any($1) and used > 0`,
    [once, all],
  );
}

/** Deletes the counts of these subjects, and of all that begins with one of them and a colon. */
export async function deleteAttempts(db: Database, subjects: string[]): Promise<void> {
  await db.query("delete from rate_limits using unnest($1::text[]) subject where starts_with(key || ':', subject || ':')", [
    subjects,
  ]);
}
