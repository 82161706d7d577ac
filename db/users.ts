import "server-only";

import { KNOWN_DAYS } from "./login-addresses";
import type { Database } from "./pool";

export type UserRow = { id: number; username: string; email: string; birth_date: string };
export type AccountRow = { id: number; username: string; encoded: string; is_known_address: boolean };

/** Inserts a user and its password in one statement, or returns null when the username or e-mail address is taken. */
export async function insertUser(
  db: Database,
  user: { username: string; usernameKey: string; email: string; birthDate: string; encodedPassword: string },
): Promise<UserRow | null> {
  const rows = await db.query<UserRow>(
    `with created as (
       insert into users (username, username_key, email, birth_date) values ($1, $2, $3, $4)
       on conflict do nothing
       returning id, username, email, birth_date
     ), secured as (
       insert into passwords (user_id, encoded) select id, $5 from created
     )
     select id, username, email, birth_date from created`,
    [user.username, user.usernameKey, user.email, user.birthDate, user.encodedPassword],
  );
  return rows[0] ?? null;
}

/** Which of the two are somebody's already. Pass null for one that is not to be looked up. */
export async function findTaken(
  db: Database,
  { usernameKey, email }: { usernameKey: string | null; email: string | null },
): Promise<{ username: boolean; email: boolean }> {
  const rows = await db.query<{ username: boolean; email: boolean }>(
    `select exists (select from users where username_key = $1) as username,
            exists (select from users where lower(email collate "C") = lower($2 collate "C")) as email`,
    [usernameKey, email],
  );
  return rows[0] ?? { username: false, email: false };
}

/**
 * The active account that signs in with this username key or this e-mail address, with its password's hash, and whether
 * it was signed in from this address lately.
 */
export async function findAccount(
  db: Database,
  by: { usernameKey: string } | { email: string },
  address: string,
): Promise<AccountRow | null> {
  const [condition, value] =
    "email" in by
      ? (['lower(email collate "C") = lower($1 collate "C")', by.email] as const)
      : (["username_key = $1", by.usernameKey] as const);
  const rows = await db.query<AccountRow>(
    `select id, username, encoded, exists (
       select from login_addresses
       where login_addresses.user_id = id and address = $2 and last_login_at > now() - make_interval(days => $3)
     ) as is_known_address
     from users join passwords on user_id = id where ${condition} and is_active`,
    [value, address, KNOWN_DAYS],
  );
  return rows[0] ?? null;
}

/** Replaces a hash, unless it has been replaced meanwhile. */
export async function updatePassword(db: Database, userId: number, from: string, to: string): Promise<void> {
  await db.query("update passwords set encoded = $3 where user_id = $1 and encoded = $2", [userId, from, to]);
}
