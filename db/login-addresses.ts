import type { Database } from "./pool.ts";

/** For how many days after a login its address counts as one of the account owner's. */
export const KNOWN_DAYS = 30;

/**
 * Records a login from this address. Does nothing if the user has been deleted or disabled in the meantime, or has a newer
 * password than the one that was compared.
 */
export async function rememberLoginAddress(
  db: Database,
  userId: number,
  address: string,
  passwordChangedAt: string,
): Promise<void> {
  // `for share` keeps the user from being deleted, and the password from being changed, before the row is inserted: the
  // foreign key would refuse it, and addresses of an old password must not outlive it.
  await db.query(
    `with owner as (
       select user_id, changed_at from passwords join users on users.id = user_id
       where user_id = $1 and is_active and changed_at = $3::timestamptz
       for share
     )
     insert into login_addresses (user_id, address, password_changed_at) select user_id, $2, changed_at from owner
     on conflict (user_id, address)
     do update set last_login_at = now(), password_changed_at = excluded.password_changed_at`,
    [userId, address, passwordChangedAt],
  );
}

/** Forgets from where the user has logged in, apart from this address. */
export async function forgetOtherLoginAddresses(db: Database, userId: number, address: string): Promise<void> {
  await db.query("delete from login_addresses where user_id = $1 and address <> $2", [userId, address]);
}
