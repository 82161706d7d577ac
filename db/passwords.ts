import { type AccountName, accountCondition } from "./account-name.ts";
import { KNOWN_DAYS } from "./login-addresses.ts";
import type { Database } from "./pool.ts";

/** `changed_at` is text: a `Date` would drop its microseconds. `is_from_django`: Django made the hash. */
export type StoredPassword = { encoded: string; changed_at: string; is_from_django: boolean };

/**
 * `password`: null if the account has none.
 * `is_known_address`: the password was used for a login from this address recently.
 */
export type AccountRow = {
  id: number;
  username: string;
  email: string | null;
  is_verified: boolean;
  is_active: boolean;
  has_second_factor: boolean;
  password: StoredPassword | null;
  is_known_address: boolean;
};

/** The account of this name, disabled or not, with its password's hash. @param address the client's */
export async function findAccount(db: Database, name: AccountName, address: string): Promise<AccountRow | null> {
  const { where, value } = accountCondition(name);
  return findWhere(db, where, value, address);
}

/** The account with this id, disabled or not, with its password's hash. @param address the client's */
export async function findAccountById(db: Database, userId: number, address: string): Promise<AccountRow | null> {
  return findWhere(db, "where id = $1", userId, address);
}

async function findWhere(db: Database, where: string, value: unknown, address: string): Promise<AccountRow | null> {
  type Row = Omit<AccountRow, "password"> & { [column in keyof StoredPassword]: StoredPassword[column] | null };
  const [row] = await db.query<Row>(
    `select id, username, email, email_verified_at is not null as is_verified, is_active, has_second_factor, encoded, changed_at::text,
       is_from_django, exists (
       select from login_addresses
       where login_addresses.user_id = id and address = $2 and password_changed_at = changed_at
         and last_login_at > now() - make_interval(days => $3)
     ) as is_known_address
     from users left join passwords on user_id = id ${where}`,
    [value, address, KNOWN_DAYS],
  );
  if (!row) return null;
  const { encoded, changed_at, is_from_django, ...account } = row;
  const hasAll = encoded !== null && changed_at !== null && is_from_django !== null;
  return { ...account, password: hasAll ? { encoded, changed_at, is_from_django } : null };
}

/** The formats of imported hashes, as `formatOf` returns them. */
export async function listPasswordFormats(db: Database): Promise<string[]> {
  return (await db.query<{ format: string }>("select format from password_formats")).map(({ format }) => format);
}

/** Whether the account has a password. False if the user has been deleted. */
export async function hasPassword(db: Database, userId: number): Promise<boolean> {
  return (await db.query("select from passwords where user_id = $1", [userId])).length > 0;
}

/** Replaces the hash of an unchanged password by one of ours, unless the hash has been replaced in the meantime. */
export async function updatePasswordHash(db: Database, userId: number, from: string, to: string): Promise<void> {
  await db.query("update passwords set encoded = $3, is_from_django = false where user_id = $1 and encoded = $2", [
    userId,
    from,
    to,
  ]);
}

/**
 * Gives an account a new password, or its first. Triggers end its sessions, and forget where the old password was used.
 * @returns when it was set; null if the user has been deleted
 */
export async function replacePassword(db: Database, userId: number, encoded: string): Promise<string | null> {
  const rows = await db.query<{ changed_at: string }>(
    `insert into passwords (user_id, encoded, changed_at)
     select id, $2, clock_timestamp() from users where id = $1 for key share
     on conflict (user_id) do update set encoded = excluded.encoded, is_from_django = false, changed_at = clock_timestamp()
     returning changed_at::text`,
    [userId, encoded],
  );
  return rows[0]?.changed_at ?? null;
}
