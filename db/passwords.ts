import { type AccountName, accountCondition } from "./account-name.ts";
import { KNOWN_DAYS } from "./login-addresses.ts";
import type { Database } from "./pool.ts";

/**
 * `password`: null if the account has none. `changed_at` is text: a `Date` would drop its microseconds.
 * `is_known_address`: the password was used for a login from this address recently.
 */
export type AccountRow = {
  id: number;
  username: string;
  email: string;
  is_verified: boolean;
  is_active: boolean;
  password: { encoded: string; changed_at: string } | null;
  is_known_address: boolean;
};

/** The account of this name, disabled or not, with its password's hash. @param address the client's */
export async function findAccount(db: Database, name: AccountName, address: string): Promise<AccountRow | null> {
  const { where, value } = accountCondition(name);
  type Row = Omit<AccountRow, "password"> & { encoded: string | null; changed_at: string | null };
  const [row] = await db.query<Row>(
    `select id, username, email, email_verified_at is not null as is_verified, is_active, encoded, changed_at::text, exists (
       select from login_addresses
       where login_addresses.user_id = id and address = $2 and password_changed_at = changed_at
         and last_login_at > now() - make_interval(days => $3)
     ) as is_known_address
     from users left join passwords on user_id = id ${where}`,
    [value, address, KNOWN_DAYS],
  );
  if (!row) return null;
  const { encoded, changed_at, ...account } = row;
  return { ...account, password: encoded !== null && changed_at !== null ? { encoded, changed_at } : null };
}

/** Whether the account has a password. False if the user has been deleted. */
export async function hasPassword(db: Database, userId: number): Promise<boolean> {
  return (await db.query("select from passwords where user_id = $1", [userId])).length > 0;
}

/** Replaces the hash of an unchanged password, unless the hash has been replaced in the meantime. */
export async function updatePasswordHash(db: Database, userId: number, from: string, to: string): Promise<void> {
  await db.query("update passwords set encoded = $3 where user_id = $1 and encoded = $2", [userId, from, to]);
}

/** Gives an account a new password. A trigger ends its sessions. @returns false if the user has been deleted */
export async function replacePassword(db: Database, userId: number, encoded: string): Promise<boolean> {
  const rows = await db.query(
    "update passwords set encoded = $2, changed_at = clock_timestamp() where user_id = $1 returning user_id",
    [userId, encoded],
  );
  return rows.length > 0;
}
