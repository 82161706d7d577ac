import type { Database } from "./pool.ts";

/** For how long an address counts as one of the owner's after a login from there. */
export const KNOWN_DAYS = 30;

/**
 * Notes that an account was signed in from this address, now. Without effect where the user is gone or disabled by now, or
 * has another password than the one that was right.
 */
export async function rememberLoginAddress(
  db: Database,
  userId: number,
  address: string,
  passwordChangedAt: string,
): Promise<void> {
  // Locked: a row that refers to a user who is just being deleted would be refused, and a new password forgets this one's.
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
