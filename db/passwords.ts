import { type AccountName, accountCondition } from "./account-name.ts";
import { KNOWN_DAYS } from "./login-addresses.ts";
import type { Database } from "./pool.ts";

/** `password_changed_at` is text: a `Date` would drop its microseconds. */
export type AccountRow = {
  id: number;
  username: string;
  is_active: boolean;
  encoded: string;
  password_changed_at: string;
  is_known_address: boolean;
};

/**
 * The account of this name, disabled or not, with its password's hash.
 * @returns `is_known_address`: whether this password was used for a login from this address recently
 */
export async function findAccount(db: Database, name: AccountName, address: string): Promise<AccountRow | null> {
  const { where, value } = accountCondition(name);
  const rows = await db.query<AccountRow>(
    `select id, username, is_active, encoded, changed_at::text as password_changed_at, exists (
       select from login_addresses
       where login_addresses.user_id = id and address = $2 and password_changed_at = changed_at
         and last_login_at > now() - make_interval(days => $3)
     ) as is_known_address
     from users join passwords on user_id = id ${where}`,
    [value, address, KNOWN_DAYS],
  );
  return rows[0] ?? null;
}

/** A signed-in user's own account. An account without a password has neither a hash nor the time of a change. */
export type OwnAccount = {
  id: number;
  username: string;
  email: string;
  encoded: string | null;
  password_changed_at: string | null;
  is_known_address: boolean;
};

/** The active account with this id, with its password's hash. `address` as for `findAccount` */
export async function findOwnAccount(db: Database, userId: number, address: string): Promise<OwnAccount | null> {
  const rows = await db.query<OwnAccount>(
    `select id, username, email, encoded, changed_at::text as password_changed_at, exists (
       select from login_addresses
       where login_addresses.user_id = id and address = $2 and password_changed_at = changed_at
         and last_login_at > now() - make_interval(days => $3)
     ) as is_known_address
     from users left join passwords on user_id = id where id = $1 and is_active`,
    [userId, address, KNOWN_DAYS],
  );
  return rows[0] ?? null;
}

/** Whether the account has a password. False if the user has been deleted. */
export async function hasPassword(db: Database, userId: number): Promise<boolean> {
  return (await db.query("select from passwords where user_id = $1", [userId])).length > 0;
}

/** Replaces the hash of an unchanged password, unless the hash has been replaced in the meantime. */
export async function updatePasswordHash(db: Database, userId: number, from: string, to: string): Promise<void> {
  await db.query("update passwords set encoded = $3 where user_id = $1 and encoded = $2", [userId, from, to]);
}

/**
 * Gives an account a new password, or its first. Triggers end its sessions, and forget where the old password was used.
 * @returns when it was set; null if the user has been deleted
 */
export async function replacePassword(db: Database, userId: number, encoded: string): Promise<string | null> {
  const rows = await db.query<{ changed_at: string }>(
    `insert into passwords (user_id, encoded, changed_at)
     select id, $2, clock_timestamp() from users where id = $1 for key share
     on conflict (user_id) do update set encoded = excluded.encoded, changed_at = clock_timestamp()
     returning changed_at::text`,
    [userId, encoded],
  );
  return rows[0]?.changed_at ?? null;
}
