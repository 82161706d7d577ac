import { type AccountName, accountCondition } from "./account-name.ts";
import { RESERVED_HOURS } from "./email-changes.ts";
import { COUNTS } from "./factors.ts";
import type { Database } from "./pool.ts";

/** The row of a new user: each column by its name. A field that the signup gains gets a column of its own name. */
export type NewUser = {
  username: string;
  username_key: string;
  email: string;
  /** Null: its owner has not confirmed it yet */
  email_verified_at: Date | null;
  birth_date: string;
};
/** An account that came from Django may lack an address or a birth date. */
export type UserDetails = {
  id: number;
  username: string;
  email: string | null;
  email_verified: boolean;
  birth_date: string | null;
  is_active: boolean;
  second_factor: boolean;
  recovery_codes: number;
  passkeys: number;
  created_at: Date;
  /** What opens the account: "password", providers by their ids, and "passkey" */
  ways_in: string[];
  living_sessions: number;
};

/** The columns of `UserDetails`, for a `select` from `users`. */
export const USER_DETAILS = `users.id, username, email, email_verified_at is not null as email_verified,
  to_char(birth_date, 'YYYY-MM-DD') as birth_date, is_active, has_second_factor as second_factor, ${COUNTS},
  created_at,
  array(select 'password' from passwords where user_id = users.id) ||
    array(select provider from accounts where "userId" = users.id order by linked_at, id) ||
    array(select 'passkey' where exists (select from passkeys where user_id = users.id)) as ways_in, (
    select count(*)::int from sessions where user_id = users.id and revoked_at is null and expires_at > now()
  ) as living_sessions`;

/**
 * Inserts a user and its password in one statement.
 * @param encoded the password's hash; null for a user without a password
 * @returns the user's id, or null if the username or the e-mail address is taken
 * @throws {Error} `isEmailTaken(error)` if the address was another account's until lately: that is refused by a trigger, which
 *   `on conflict` does not catch
 */
export async function insertUser(db: Database, user: NewUser, encoded: string | null): Promise<number | null> {
  // The column names come from the source, never from a client: the signup's schema drops unknown fields.
  const columns = Object.keys(user);
  const rows = await db.query<{ id: number }>(
    `with created as (
       insert into users (${columns.join(", ")}) values (${columns.map((_column, index) => `$${index + 2}`).join(", ")})
       on conflict do nothing
       returning id
     ), secured as (
       insert into passwords (user_id, encoded) select id, $1 from created where $1::text is not null
     )
     select id from created`,
    [encoded, ...Object.values(user)],
  );
  return rows[0]?.id ?? null;
}

/**
 * Whether the username or the e-mail address is taken. Null for either skips its lookup. An address that another account had
 * until lately is taken, too: its owner can still undo that change.
 * @param sought.userId the account that is to have them, whose own name is not taken; null for a new account
 */
export async function findTaken(
  db: Database,
  { usernameKey, email, userId }: { usernameKey: string | null; email: string | null; userId: number | null },
): Promise<{ username: boolean; email: boolean }> {
  const rows = await db.query<{ username: boolean; email: boolean }>(
    `select exists (select from users where username_key = $1 and id is distinct from $3) as username,
            exists (select from users where lower(email collate "C") = lower($2 collate "C"))
              or exists (
                select from email_changes where lower(old_email collate "C") = lower($2 collate "C")
                  and undone_at is null and changed_at > now() - make_interval(hours => $4)
              ) as email`,
    [usernameKey, email, userId, RESERVED_HOURS],
  );
  return rows[0] ?? { username: false, email: false };
}

/** The account of this name, disabled or not. */
export async function findUser(db: Database, name: AccountName): Promise<UserDetails | null> {
  const { where, value } = accountCondition(name);
  const rows = await db.query<UserDetails>(`select ${USER_DETAILS} from users ${where}`, [value]);
  return rows[0] ?? null;
}

/**
 * Enables or disables an account. On disabling, a trigger ends its sessions.
 * @returns whether that was a change; null if the user has been deleted
 */
export async function setActive(db: Database, userId: number, isActive: boolean): Promise<{ is_changed: boolean } | null> {
  const rows = await db.query<{ is_changed: boolean }>(
    `with before as materialized (
       select id, is_active from users where id = $1 for update
     )
     update users set is_active = $2 from before where users.id = before.id returning before.is_active <> $2 as is_changed`,
    [userId, isActive],
  );
  return rows[0] ?? null;
}
