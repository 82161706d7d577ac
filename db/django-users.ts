import { RESERVED_HOURS } from "./email-changes.ts";
import type { Database } from "./pool.ts";

/** The values that an import brings, by the columns here. `password`: the hash; null where there is none that anyone could use. */
export type Values = {
  username: string;
  email: string | null;
  birth_date: string | null;
  is_active: boolean;
  password: string | null;
};
/** For each value, the digests of what Django had and of what was written here. */
export type Brought = Record<keyof Values, [there: string, here: string]>;

/** An account here whose id a user of Django has, too. `brought`: null where the account did not come from Django. */
export type ImportedUser = Values & { id: number; brought: Brought | null; is_staff: boolean; last_login: string | null };
/** The accounts here with these ids. */
export function listImported(db: Database, ids: number[]): Promise<ImportedUser[]> {
  return db.query<ImportedUser>(
    `select users.id, username, email, birth_date::text, is_active, encoded as password, brought, coalesce(is_staff, false) as is_staff,
       last_login_at::text as last_login
     from users left join passwords p on p.user_id = users.id left join django_users d on d.user_id = users.id
     where users.id = any($1::bigint[])`,
    [ids],
  );
}

/** The ids between two that came from Django. @param until null: without end */
export async function listImportedIds(db: Database, after: number, until: number | null): Promise<number[]> {
  const rows = await db.query<{ user_id: number }>(
    "select user_id from django_users where user_id > $1 and ($2::bigint is null or user_id <= $2) order by user_id",
    [after, until],
  );
  return rows.map(({ user_id }) => user_id);
}

/** Which of these users came from Django and were deleted here. */
export async function listDeletedHere(db: Database, ids: number[]): Promise<number[]> {
  const rows = await db.query<{ user_id: number }>("select user_id from django_deleted_users where user_id = any($1::bigint[])", [
    ids,
  ]);
  return rows.map(({ user_id }) => user_id);
}

/** A username's key, or an address in lower case, and the account that has it. */
export type Holding = { value: string; id: number };

/** The accounts that have these usernames, by their keys. */
export function listNameHolders(db: Database, keys: string[]): Promise<Holding[]> {
  return db.query<Holding>("select username_key as value, id from users where username_key = any($1::text[])", [keys]);
}

/** The accounts that have these addresses, or had them until lately. */
export function listEmailHolders(db: Database, emails: string[]): Promise<Holding[]> {
  return db.query<Holding>(
    `select lower(email collate "C") as value, id from users where lower(email collate "C") = any($1::text[])
     union all
     select lower(old_email collate "C"), user_id from email_changes
     where lower(old_email collate "C") = any($1::text[]) and undone_at is null and changed_at > now() - make_interval(hours => $2)`,
    [emails, RESERVED_HOURS],
  );
}

/**
 * Has the ids of new accounts begin far beyond Django's: no id ever means two people, while Django creates users, too. They never
 * go back.
 * @returns the last id that is left to Django
 */
export async function reserveIds(db: Database, most: number): Promise<number> {
  const [row] = await db.query<{ last: number }>(
    `select setval('users_id_seq', greatest($1::bigint, (select last_value from users_id_seq))) as last`,
    [most],
  );
  return row?.last ?? most;
}
