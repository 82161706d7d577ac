import type { Brought, Values } from "./django-users.ts";
import type { Database } from "./pool.ts";

// Rows go to the database as one JSON value, so that a statement writes a whole batch.

/** An account to create. */
export type NewImport = Values & {
  id: number;
  username_key: string;
  is_email_verified: boolean;
  is_staff: boolean;
  last_login: string | null;
  date_joined: string;
  brought: Brought;
};
/** An account to change. `seen`: what it was when that was decided. */
export type ChangedImport = Values & {
  id: number;
  username_key: string;
  is_staff: boolean;
  last_login: string | null;
  brought: Brought;
  seen: Values;
};

/** Notes which formats the imported hashes have. */
export async function addPasswordFormats(db: Database, formats: string[]): Promise<void> {
  await db.query("insert into password_formats select unnest($1::text[]) on conflict do nothing", [formats]);
}

const COLUMNS =
  "id bigint, username text, username_key text, email text, birth_date date, is_active boolean, password text, " +
  "is_email_verified boolean, is_staff boolean, last_login timestamptz, date_joined timestamptz, brought jsonb, seen jsonb";
const ROWS = `jsonb_to_recordset($1::jsonb) as r (${COLUMNS})`;

/**
 * Creates accounts with Django's ids, in one transaction.
 * @returns the ids of those that were created: the name, the address or the id of the others has been taken meanwhile
 * @throws {Error} `isEmailTaken(error)` if an address was another account's until lately
 */
export function insertImported(db: Database, users: NewImport[]): Promise<number[]> {
  const rows = JSON.stringify(users);
  return db.transaction(async (part) => {
    const created = await part.query<{ id: number }>(
      `insert into users (id, username, username_key, email, email_verified_at, birth_date, is_active, created_at)
       overriding system value
       select id, username, username_key, email, case when is_email_verified then now() end, birth_date, is_active, date_joined
       from ${ROWS} order by id
       on conflict do nothing returning id`,
      [rows],
    );
    const ids = created.map(({ id }) => id);
    // As old as the account: a password that was set now would void links, and Django's tokens.
    await part.query(
      `insert into passwords (user_id, encoded, changed_at, is_from_django)
       select id, password, date_joined, true from ${ROWS} where password is not null and id = any($2::bigint[])`,
      [rows, ids],
    );
    // The last one: the trigger on passwords notes in this row that the tokens from before are void.
    await part.query(
      `insert into django_users (user_id, brought, is_staff, last_login_at)
       select id, brought, is_staff, last_login from ${ROWS} where id = any($2::bigint[])`,
      [rows, ids],
    );
    return ids;
  });
}

/**
 * Brings changes to accounts that came from Django, in one transaction.
 * @returns the ids of those that were changed: the others have been changed here or deleted meanwhile
 * @throws {Error} of a unique index, or `isEmailTaken(error)`, if a name or an address has been taken meanwhile
 */
export function updateImported(db: Database, users: ChangedImport[]): Promise<number[]> {
  const rows = JSON.stringify(users);
  return db.transaction(async (part) => {
    const locked = await part.query<{ id: number }>(
      `select u.id from users u left join passwords p on p.user_id = u.id join ${ROWS} on r.id = u.id
       where (u.username, u.email, u.birth_date, u.is_active, p.encoded) is not distinct from
         (seen->>'username', seen->>'email', (seen->>'birth_date')::date, (seen->>'is_active')::boolean, seen->>'password')
       order by u.id for update of u`,
      [rows],
    );
    const ids = locked.map(({ id }) => id);
    await part.query(
      `update users u set username = r.username, username_key = r.username_key, email = r.email, birth_date = r.birth_date,
         is_active = r.is_active, email_verified_at = case when u.email = r.email then u.email_verified_at end
       from ${ROWS} where u.id = r.id and u.id = any($2::bigint[])
         and (u.username, u.email, u.birth_date, u.is_active) is distinct from (r.username, r.email, r.birth_date, r.is_active)`,
      [rows, ids],
    );
    await updatePasswords(part, rows, ids);
    await part.query(
      `update django_users d set brought = r.brought, is_staff = r.is_staff, last_login_at = r.last_login
       from ${ROWS} where user_id = r.id and user_id = any($2::bigint[])`,
      [rows, ids],
    );
    return ids;
  });
}

// `changed_at` stays: Django encodes anew at logins, and a new password ends no session there. An account's first password is a
// new way in, and a trigger ends its sessions, as always.
async function updatePasswords(db: Database, rows: string, ids: number[]): Promise<void> {
  const changed = "user_id = r.id and user_id = any($2::bigint[]) and encoded = seen->>'password'";
  await db.query(`update passwords p set encoded = r.password from ${ROWS} where ${changed} and r.password <> encoded`, [
    rows,
    ids,
  ]);
  await db.query(`delete from passwords p using ${ROWS} where ${changed} and r.password is null`, [rows, ids]);
  await db.query(
    `insert into passwords (user_id, encoded, is_from_django)
     select id, password, true from ${ROWS} where seen->>'password' is null and password is not null and id = any($2::bigint[])
     on conflict do nothing`,
    [rows, ids],
  );
}

/** Notes when these users last logged in at Django, and whether they are staff there. */
export async function updateStanding(
  db: Database,
  users: { id: number; is_staff: boolean; last_login: string | null }[],
): Promise<void> {
  await db.query(
    `update django_users set is_staff = r.is_staff, last_login_at = r.last_login from ${ROWS} where user_id = r.id`,
    [JSON.stringify(users)],
  );
}
