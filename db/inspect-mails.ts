import type { Database } from "./pool.ts";

/** A mail in an operator's eyes: not what it says. `outcome` null: it waits. `address` is empty once it is settled. */
export type MailDetails = {
  id: string;
  kind: string;
  user_id: number | null;
  address: string;
  created_at: Date;
  attempts: number;
  next_attempt_at: Date;
  outcome: "sent" | "dropped" | "failed" | null;
  settled_at: Date | null;
  last_error: string | null;
};

/** How many mails wait, and how many failed. */
export async function countMails(db: Database): Promise<{ waiting: number; failed: number }> {
  const rows = await db.query<{ waiting: number; failed: number }>(
    `select (select count(*)::int from mails where outcome is null) as waiting,
            (select count(*)::int from mails where outcome = 'failed') as failed`,
  );
  return rows[0] ?? { waiting: 0, failed: 0 };
}

/** Mails, the latest first. @param isAll also those that were sent or dropped, which are kept for a day */
export async function listMails(db: Database, isAll: boolean, most: number): Promise<MailDetails[]> {
  return db.query<MailDetails>(
    `select id, kind, user_id, address, created_at, attempts, next_attempt_at, outcome, settled_at, last_error from mails
     where $1 or outcome is null or outcome = 'failed' order by created_at desc, id limit $2`,
    [isAll, most],
  );
}

/**
 * Has failed mails tried again, for as long as they were worth sending at first. They collapse with no later mail any more.
 * @param id null for all failed mails
 * @returns the ids
 */
export async function retryMails(db: Database, id: string | null): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `update mails set outcome = null, settled_at = null, attempts = 0, next_attempt_at = now(), collapse_key = null,
       give_up_at = now() + (give_up_at - created_at)
     where outcome = 'failed' and ($1::text is null or id::text = $1)
     returning id`,
    [id],
  );
  return rows.map((row) => row.id);
}
