import type { Database } from "./pool.ts";

/** For so long a change of an address can be undone, and no other account may take the old address. The migration says it, too. */
export const RESERVED_HOURS = 72;

/**
 * A change of an account's address. `seconds_left`: for how long it can still be undone, by its age alone.
 * `is_undone`: it was undone, by its own link or together with an earlier change.
 */
export type EmailChange = {
  id: number;
  user_id: number;
  old_email: string;
  changed_at: Date;
  seconds_left: number;
  is_undone: boolean;
};

/**
 * Gives an account another address, which its owner has just confirmed. The old one is kept, so that the change can be undone.
 * @returns the change's id; null if the account had no address before, to which the change could be undone
 * @throws {Error} `isEmailTaken(error)` if another account has the address, or had it until lately
 */
export async function insertEmailChange(db: Database, userId: number, email: string): Promise<number | null> {
  const rows = await db.query<{ id: number }>(
    `with before as (
       select id, email from users where id = $1
     ), changed as (
       update users set email = $2, email_verified_at = now() where id = $1 returning id
     )
     insert into email_changes (user_id, old_email)
     select id, before.email from before join changed using (id) where before.email is not null returning id`,
    [userId, email],
  );
  return rows[0]?.id ?? null;
}

/** The change with this id. Null if its account was deleted, or it was pruned. */
export async function findEmailChange(db: Database, id: number): Promise<EmailChange | null> {
  const rows = await db.query<EmailChange>(
    `select id, user_id, old_email, changed_at, undone_at is not null as is_undone,
            extract(epoch from changed_at + make_interval(hours => $2) - now())::float8 as seconds_left
     from email_changes where id = $1`,
    [id, RESERVED_HOURS],
  );
  return rows[0] ?? null;
}

/**
 * Gives an account back the address that it had before a change. This change and all later ones are undone: they reserve no
 * address any more. The address counts as verified, because its owner has just used the link of a mail to it.
 * @throws {Error} `isEmailTaken(error)` if another account has the address
 */
export async function undoEmailChange(db: Database, { id, user_id, old_email }: EmailChange): Promise<void> {
  await db.query(
    `with undone as (
       update email_changes set undone_at = now() where user_id = $2 and id >= $1 and undone_at is null
     )
     update users set email = $3, email_verified_at = now() where id = $2`,
    [id, user_id, old_email],
  );
}

/** Removes a password that was set after the change: an intruder may have set it. */
export async function deletePasswordSince(db: Database, { id, user_id }: EmailChange): Promise<void> {
  await db.query(
    `delete from passwords using email_changes
     where passwords.user_id = $2 and email_changes.id = $1 and passwords.changed_at > email_changes.changed_at`,
    [id, user_id],
  );
}
