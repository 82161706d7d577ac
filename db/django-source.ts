import { quoted, type UsersTable } from "./django-tables.ts";
import type { Database } from "./pool.ts";

/** A user as Django has it. Times and dates are text, as Postgres writes them: a `Date` would drop microseconds. */
export type DjangoUser = {
  id: number;
  username: string;
  email: string | null;
  is_email_verified: boolean;
  birth_date: string | null;
  is_active: boolean;
  is_staff: boolean;
  last_login: string | null;
  date_joined: string;
  password: string;
};

/** The users after one id, by ids. */
export function listDjangoUsers(db: Database, table: UsersTable, after: number, limit: number): Promise<DjangoUser[]> {
  const { name, birthDate, hasStaff, hasVerifiedEmails } = table;
  const isVerified = hasVerifiedEmails
    ? "exists (select from account_emailaddress e where e.user_id = u.id and e.verified and lower(e.email) = lower(u.email))"
    : "false";
  return db.query<DjangoUser>(
    `select id, username, email, ${isVerified} as is_email_verified,
       ${birthDate === null ? "null" : `${quoted(birthDate)}::text`} as birth_date, is_active,
       ${hasStaff ? "is_staff" : "false as is_staff"}, last_login::text, date_joined::text, password
     from ${quoted(name)} u where id > $1 order by id limit $2`,
    [after, limit],
  );
}

/** What the people of a site go by, and when each logged in last. */
export type DjangoName = { id: number; username: string; email: string | null; last_login: string | null };

/** The names of the users after one id, by ids. */
export function listDjangoNames(db: Database, { name }: UsersTable, after: number, limit: number): Promise<DjangoName[]> {
  return db.query<DjangoName>(
    `select id, username, email, last_login::text from ${quoted(name)} where id > $1 order by id limit $2`,
    [after, limit],
  );
}

/** The greatest id of a user; 0 if there is none. */
export async function findLastDjangoId(db: Database, { name }: UsersTable): Promise<number> {
  const [row] = await db.query<{ last: number }>(`select coalesce(max(id), 0)::bigint as last from ${quoted(name)}`);
  return row?.last ?? 0;
}

/** Which of these users there are. */
export async function findDjangoIds(db: Database, { name }: UsersTable, ids: number[]): Promise<number[]> {
  const rows = await db.query<{ id: number }>(`select id from ${quoted(name)} where id = any($1::bigint[])`, [ids]);
  return rows.map(({ id }) => id);
}
