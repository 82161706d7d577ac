import "server-only";

import type { Database } from "./pool";

/** For how long an address counts as one of the owner's after a login from there. */
export const KNOWN_DAYS = 30;

/** Notes that an account was signed in from this address, now. */
export async function rememberLoginAddress(db: Database, userId: number, address: string): Promise<void> {
  await db.query(
    `insert into login_addresses (user_id, address) values ($1, $2)
     on conflict (user_id, address) do update set last_login_at = now()`,
    [userId, address],
  );
}
