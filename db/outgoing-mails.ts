import type { Database } from "./pool.ts";

/** A mail as its words are made from it. */
export type OutgoingMail = {
  id: string;
  kind: string;
  user_id: number | null;
  address: string;
  facts: unknown;
  created_at: Date;
};

/** A mail that this process alone may send, until the lease is over. `attempts`: how often it has failed. */
export type LeasedMail = OutgoingMail & { attempts: number };

/**
 * Takes the mails that are due, the longest due first. A lease outlives the transaction, so that no transaction is open while a
 * mail is sent. A process that dies lets it run out, and another sends the mail.
 * @param seconds how long the lease lasts
 */
export async function leaseMails(db: Database, most: number, seconds: number): Promise<LeasedMail[]> {
  // The array makes Postgres choose the rows once. A plan that repeated the choice would lock more rows than `most`.
  return db.query<LeasedMail>(
    `update mails set locked_until = now() + make_interval(secs => $2)
     where id = any(array(
       select id from mails
       where outcome is null and next_attempt_at <= now() and give_up_at > now()
         and (locked_until is null or locked_until <= now())
       order by next_attempt_at limit $1
       for update skip locked
     ))
     returning id, kind, user_id, address, facts, created_at, attempts`,
    [most, seconds],
  );
}

/** Gives leases back: the mails are due again, after the others. A mail that the server can't take must not hold up all. */
export async function returnMails(db: Database, ids: string[]): Promise<void> {
  await db.query("update mails set locked_until = null, next_attempt_at = now() where id = any($1::uuid[]) and outcome is null", [
    ids,
  ]);
}

/** Has a mail tried again after so many seconds. */
export async function postponeMail(db: Database, id: string, seconds: number, error: string): Promise<void> {
  await db.query(
    `update mails set attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $2), locked_until = null,
       last_error = $3
     where id = $1 and outcome is null`,
    [id, seconds, error],
  );
}

/** Marks a mail as sent, or as one that needs not be sent. To whom it went, and what it said, is forgotten. */
export async function forgetMail(db: Database, id: string, outcome: "sent" | "dropped"): Promise<void> {
  await db.query(
    `update mails set outcome = $2, settled_at = now(), locked_until = null, last_error = null, address = '', facts = '{}'
     where id = $1 and outcome is null`,
    [id, outcome],
  );
}

/** Marks a mail as one that was shown. It is kept, so that it can be shown again. */
export async function keepMail(db: Database, id: string): Promise<void> {
  await db.query("update mails set outcome = 'sent', settled_at = now(), locked_until = null where id = $1 and outcome is null", [
    id,
  ]);
}

/** Mails that are kept to be shown, the latest first. */
export async function listKeptMails(db: Database, most: number): Promise<OutgoingMail[]> {
  return db.query<OutgoingMail>(
    `select id, kind, user_id, address, facts, created_at from mails
     where address <> '' order by created_at desc, id limit $1`,
    [most],
  );
}

/** One of them. */
export async function findKeptMail(db: Database, id: string): Promise<OutgoingMail | null> {
  const rows = await db.query<OutgoingMail>(
    "select id, kind, user_id, address, facts, created_at from mails where id::text = $1 and address <> ''",
    [id],
  );
  return rows[0] ?? null;
}

/** Marks a mail as one that can't be delivered. An operator can have it tried again. */
export async function failMail(db: Database, id: string, error: string): Promise<void> {
  await db.query(
    `update mails set outcome = 'failed', settled_at = now(), locked_until = null, attempts = attempts + 1, last_error = $2
     where id = $1 and outcome is null`,
    [id, error],
  );
}

/** Gives up mails that are of no use any more. Simultaneous statements give up different ones. @returns what they were */
export async function giveUpOldMails(db: Database, most: number): Promise<{ id: string; kind: string }[]> {
  return db.query<{ id: string; kind: string }>(
    `update mails set outcome = 'failed', settled_at = now(), locked_until = null,
       last_error = coalesce(last_error, 'not sent in time')
     where id = any(array(
       select id from mails
       where outcome is null and give_up_at <= now() and (locked_until is null or locked_until <= now())
       order by give_up_at limit $1
       for update skip locked
     ))
     returning id, kind`,
    [most],
  );
}

/** For how long the oldest mail has been waiting. 0 if none waits. */
export async function oldestWaitingSeconds(db: Database): Promise<number> {
  const rows = await db.query<{ seconds: number }>(
    "select coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as seconds from mails where outcome is null",
  );
  return rows[0]?.seconds ?? 0;
}
