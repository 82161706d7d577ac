import { KNOWN_DAYS } from "./login-addresses.ts";
import type { Database } from "./pool.ts";

/** `password_changed_at` as text: a `Date` would lose what is less than a millisecond. */
export type AccountRow = {
  id: number;
  username: string;
  is_active: boolean;
  encoded: string;
  password_changed_at: string;
  is_known_address: boolean;
};
/** An account's name: its username's key, or one of these addresses in lower case, the first that there is. */
export type AccountName = { usernameKey: string } | { emails: string[] };
/** The row of a new user: each column by its name. A field that the signup gains is stored under its own. */
export type NewUser = { username: string; username_key: string; email: string; birth_date: string };
export type UserDetails = {
  id: number;
  username: string;
  email: string;
  birth_date: string;
  is_active: boolean;
  created_at: Date;
  living_sessions: number;
};

const DETAILS = `users.id, username, email, to_char(birth_date, 'YYYY-MM-DD') as birth_date, is_active, created_at, (
    select count(*)::int from sessions where user_id = users.id and revoked_at is null and expires_at > now()
  ) as living_sessions`;

/**
 * Inserts a user and its password in one statement.
 * @param encoded the password's hash
 * @returns the user's id; null when the username or e-mail address is taken
 */
export async function insertUser(db: Database, user: NewUser, encoded: string): Promise<number | null> {
  // The names are the source's own: what a client sends has been through the schema, which drops what it doesn't know.
  const columns = Object.keys(user);
  const rows = await db.query<{ id: number }>(
    `with created as (
       insert into users (${columns.join(", ")}) values (${columns.map((_column, index) => `$${index + 2}`).join(", ")})
       on conflict do nothing
       returning id
     ), secured as (
       insert into passwords (user_id, encoded) select id, $1 from created
     )
     select id from created`,
    [encoded, ...Object.values(user)],
  );
  return rows[0]?.id ?? null;
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
 * The account that signs in with this username key or this e-mail address, disabled or not, with its password's hash, and
 * whether it was signed in with this password from this address lately.
 */
export async function findAccount(db: Database, by: AccountName, address: string): Promise<AccountRow | null> {
  const { which, value } = named(by);
  const rows = await db.query<AccountRow>(
    `select id, username, is_active, encoded, changed_at::text as password_changed_at, exists (
       select from login_addresses
       where login_addresses.user_id = id and address = $2 and password_changed_at = changed_at
         and last_login_at > now() - make_interval(days => $3)
     ) as is_known_address
     from users join passwords on user_id = id ${which}`,
    [value, address, KNOWN_DAYS],
  );
  return rows[0] ?? null;
}

/** Replaces a hash, unless it has been replaced meanwhile. */
export async function updatePassword(db: Database, userId: number, from: string, to: string): Promise<void> {
  await db.query("update passwords set encoded = $3 where user_id = $1 and encoded = $2", [userId, from, to]);
}

/** Gives an account another password. A trigger ends its sessions. @returns false where the user is gone by now */
export async function replacePassword(db: Database, userId: number, encoded: string): Promise<boolean> {
  const rows = await db.query(
    "update passwords set encoded = $2, changed_at = clock_timestamp() where user_id = $1 returning user_id",
    [userId, encoded],
  );
  return rows.length > 0;
}

/** The account of this name, disabled or not. */
export async function findUser(db: Database, by: AccountName): Promise<UserDetails | null> {
  const { which, value } = named(by);
  const rows = await db.query<UserDetails>(`select ${DETAILS} from users ${which}`, [value]);
  return rows[0] ?? null;
}

/** What to look for: this part of a username's key, or one of these parts of an address in lower case. */
export type UserSearch = { usernameKey: string; emails: string[] };

/** How many accounts one statement looks at, so that none takes long however many there are. */
const WINDOW = 20_000;

/** Accounts by id, after the one with this id. @param search null for all */
export async function listUsers(
  db: Database,
  { after, limit, search }: { after: number; limit: number; search: UserSearch | null },
): Promise<UserDetails[]> {
  const found: UserDetails[] = [];
  let last: number | null = after;
  while (last !== null && found.length < limit) {
    const page = await listWithin(db, last, limit - found.length, search);
    found.push(...page.found);
    last = page.last;
  }
  return found;
}

// A part of a text is in no index that every Postgres has. Each statement looks at a bounded number of rows, by their key;
// where ids are missing it begins at the next that there is.
async function listWithin(db: Database, after: number, limit: number, search: UserSearch | null) {
  const rows = await db.query<{ last: number } & Partial<UserDetails>>(
    `select first.id + $2 - 1 as last, found.*
     from (select min(id) as id from users where id > $1) first
     left join lateral (
       select ${DETAILS} from users
       where users.id >= first.id and users.id < first.id + $2 and ($3::text is null or strpos(username_key, $3) > 0
         or exists (select from unnest($4::text[]) part where strpos(lower(email collate "C"), part) > 0))
       order by users.id limit $5
     ) found on true
     where first.id is not null order by found.id`,
    [after, WINDOW, search?.usernameKey ?? null, search?.emails ?? [], limit],
  );
  const found = rows.flatMap(({ last: _last, ...user }) => (typeof user.id === "number" ? [user as UserDetails] : []));
  return { found, last: rows[0]?.last ?? null };
}

export type DeletedUser = { sessions: number; login_addresses: number };

/**
 * Deletes an account and all that is kept about it. Triggers announce its sessions, so that every worker refuses them.
 * @returns how much that was, or null where the user is gone by now
 */
export async function deleteUser(db: Database, userId: number): Promise<DeletedUser | null> {
  const rows = await db.query<DeletedUser>(
    `with deleted as (delete from users where id = $1 returning id)
     select (select count(*)::int from sessions where user_id = deleted.id) as sessions,
            (select count(*)::int from login_addresses where user_id = deleted.id) as login_addresses
     from deleted`,
    [userId],
  );
  return rows[0] ?? null;
}

/** Enables an account, or disables it: then a trigger ends its sessions. @returns false where the user is gone by now */
export async function setActive(db: Database, userId: number, isActive: boolean): Promise<boolean> {
  return (await db.query("update users set is_active = $2 where id = $1 returning id", [userId, isActive])).length > 0;
}

function named(by: AccountName): { which: string; value: unknown } {
  if ("usernameKey" in by) return { which: "where username_key = $1", value: by.usernameKey };
  const address = 'lower(email collate "C")';
  const which = `where ${address} = any($1::text[]) order by array_position($1::text[], ${address}) limit 1`;
  return { which, value: by.emails };
}
