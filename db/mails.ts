import type { Database } from "./pool.ts";

/** A mail to be written. `userId`: the account that it is about, whose deletion takes the mail along. */
export type NewMail = {
  kind: string;
  userId: number | null;
  address: string;
  facts: Record<string, unknown>;
  /** How long it is worth sending, in seconds. */
  usefulSeconds: number;
  /** Mails with the same key are one mail while they wait, and at most `MOST_PER_HOUR` an hour are sent. Null: each is sent */
  collapseKey: string | null;
};

/** How many mails with one collapse key are sent within an hour. More would only annoy their reader. */
const MOST_PER_HOUR = 5;

/**
 * Puts a mail into the outbox: in a transaction, together with what it speaks of. A mail too many is written as well, as one
 * that is dropped already: the time of the statement must not tell whether an earlier mail still waits, since a mail to an
 * address without an account does not wait for a mail server.
 */
export async function insertMail(
  db: Database,
  { kind, userId, address, facts, usefulSeconds, collapseKey }: NewMail,
): Promise<void> {
  await db.query(
    `with earlier as (
       select coalesce(bool_or(outcome is null), false) or count(*) >= $6 as suffices from mails
       where collapse_key = $5 and (outcome is null or created_at > now() - interval '1 hour')
     )
     insert into mails (kind, user_id, address, facts, collapse_key, give_up_at, outcome, settled_at)
     select $1, $2, case when suffices then '' else $3 end, case when suffices then '{}' else $4::jsonb end,
       case when not suffices then $5 end, now() + make_interval(secs => $7),
       case when suffices then 'dropped' end, case when suffices then now() end
     from earlier
     on conflict (collapse_key) where outcome is null do nothing`,
    [kind, userId, address, JSON.stringify(facts), collapseKey, MOST_PER_HOUR, usefulSeconds],
  );
}
