import type { Database } from "./pool.ts";

/** A mail to be written. `userId`: the account that it is about, whose deletion takes the mail along. */
export type NewMail = {
  kind: string;
  userId: number | null;
  address: string;
  facts: Record<string, unknown>;
  /** How long it is worth sending, in seconds. */
  usefulSeconds: number;
  /** Mails with the same key are one mail while they wait, and at most `MOST_PER_HOUR` an hour. Null: each is sent */
  collapseKey: string | null;
};

/** How many mails with one collapse key are written within an hour. More would only annoy their reader. */
const MOST_PER_HOUR = 5;

/** Puts a mail into the outbox: in a transaction, together with what it speaks of. */
export async function insertMail(
  db: Database,
  { kind, userId, address, facts, usefulSeconds, collapseKey }: NewMail,
): Promise<void> {
  await db.query(
    `insert into mails (kind, user_id, address, facts, collapse_key, give_up_at)
     select $1, $2, $3, $4, $5, now() + make_interval(secs => $7)
     where (select count(*) from mails where collapse_key = $5 and created_at > now() - interval '1 hour') < $6
     on conflict (collapse_key) where outcome is null do nothing`,
    [kind, userId, address, JSON.stringify(facts), collapseKey, MOST_PER_HOUR, usefulSeconds],
  );
}
