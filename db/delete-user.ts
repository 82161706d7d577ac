import type { Database } from "./pool.ts";

/** What went with an account. `session_ids`: also of sessions that had ended. */
export type DeletedUser = { username: string; email: string | null; session_ids: string[]; login_addresses: number };

/**
 * Deletes an account with everything stored about it, and the mails to its addresses that name no account. Triggers announce the
 * end of its sessions to every worker.
 * @returns null if the user has already been deleted
 */
export async function deleteUser(db: Database, userId: number): Promise<DeletedUser | null> {
  const rows = await db.query<DeletedUser>(
    `with addresses as (
       select email as address from users where id = $1 union select old_email from email_changes where user_id = $1
     ), unsent as (
       delete from mails using addresses
       where user_id is null and lower(mails.address collate "C") = lower(addresses.address collate "C")
     ), deleted as (
       delete from users where id = $1 returning id, username, email
     )
     select username, email, array(select id from sessions where user_id = deleted.id) as session_ids,
       (select count(*)::int from login_addresses where user_id = deleted.id) as login_addresses
     from deleted`,
    [userId],
  );
  return rows[0] ?? null;
}
