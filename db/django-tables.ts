import pg from "pg";
import type { Database } from "./pool.ts";

/** Where a Django site keeps its users. `birthDate`: the column, which may be missing. `hasVerifiedEmails`: as allauth keeps them. */
export type UsersTable = { name: string; birthDate: string | null; hasStaff: boolean; hasVerifiedEmails: boolean };

type Found = { name: string; may_read: boolean; columns: Record<string, string> };

const NEEDED = ["id", "password", "username", "email", "is_active", "last_login", "date_joined"];
const INTEGERS = ["smallint", "integer", "bigint"];
const BIRTH_DATES = ["birth_date", "date_of_birth", "birthdate", "dob", "age"];

/**
 * Finds the table of Django's users: `auth_user`, or that of the site's own user model.
 * @param wanted the table's and the column's names, where they were given
 * @throws {Error} one line: there is none, there are several, or it can't be read
 */
export async function findUsersTable(
  db: Database,
  wanted: { table: string | undefined; birthDate: string | undefined },
): Promise<UsersTable> {
  const tables = await listTables(db);
  const table = chooseTable(tables, wanted.table);
  const { name, may_read: mayRead, columns } = table;
  if (!mayRead) throw new Error(`the role of --from may not read ${name}: grant select on "${name}" to it`);
  if (!INTEGERS.includes(columns.id ?? ""))
    throw new Error(`${name}.id is ${columns.id}: only whole numbers can become ids here`);
  const birthDate = wanted.birthDate ?? BIRTH_DATES.find((column) => columns[column] === "date") ?? null;
  if (birthDate !== null && columns[birthDate] !== "date")
    throw new Error(`${name} has no column "${birthDate}" of type date: --birth-date-column names one`);
  const verified = tables.find((each) => each.name === "account_emailaddress" && "verified" in each.columns);
  return { name, birthDate, hasStaff: "is_staff" in columns, hasVerifiedEmails: verified?.may_read ?? false };
}

/** Whether the site has the tables of simplejwt's blacklist. */
export async function hasBlacklist(db: Database): Promise<boolean> {
  const [row] = await db.query<{ exists: boolean }>(
    `select to_regclass('public.token_blacklist_blacklistedtoken') is not null
        and to_regclass('public.token_blacklist_outstandingtoken') is not null as exists`,
  );
  return row?.exists ?? false;
}

/** What tells a database from every other. Two that have the same are one. */
export async function databaseIdentity(db: Database): Promise<string> {
  const [row] = await db.query<{ identity: string }>(
    `select oid || ' ' || pg_postmaster_start_time()::text as identity from pg_database where datname = current_database()`,
  );
  return row?.identity ?? "";
}

/** A name in SQL. */
export const quoted = (name: string) => pg.escapeIdentifier(name);

function listTables(db: Database): Promise<Found[]> {
  return db.query<Found>(
    `select relname as name, has_table_privilege(c.oid, 'select') as may_read,
       jsonb_object_agg(attname, format_type(atttypid, null)) as columns
     from pg_class c join pg_attribute on attrelid = c.oid and attnum > 0 and not attisdropped
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')
     group by c.oid, relname order by relname`,
  );
}

function chooseTable(tables: Found[], wanted: string | undefined): Found {
  const missing = ({ columns }: Found) => NEEDED.filter((column) => !(column in columns));
  if (wanted !== undefined) {
    const named = tables.find(({ name }) => name === wanted);
    if (!named) throw new Error(`there is no table "${wanted}" in the schema public of --from`);
    if (missing(named).length > 0)
      throw new Error(`${wanted} is no table of Django's users: it lacks ${missing(named).join(", ")}`);
    return named;
  }
  const [found, ...others] = tables.filter((table) => missing(table).length === 0);
  if (!found) throw new Error(`no table of --from has the columns of Django's users: ${NEEDED.join(", ")}`);
  if (others.length === 0) return found;
  const names = [found, ...others].map(({ name }) => name);
  throw new Error(`several tables of --from may be that of the users (${names.join(", ")}): choose one with --users-table`);
}
