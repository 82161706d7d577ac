import { DEADLINE_MS } from "#db/connection/deadline.ts";

// What the application requires of a database, and what to do where that is missing. The command that migrates checks it, and
// so does each worker when it first reaches its database.

/** Runs a statement, and returns its rows. */
export type Ask = <Row>(text: string, values?: unknown[]) => Promise<Row[]>;

type Facts = {
  version: number;
  version_name: string;
  encoding: string;
  database: string;
  is_standby: boolean;
  may_use: boolean | null;
  role: string;
  is_superuser: boolean;
  timeout_ms: number;
};
type Missing = { table: string; privilege: string; is_missing: boolean };

/** pg_current_xact_id() and pg_snapshot came with Postgres 13. */
const OLDEST = 130_000;
const ROWS = ["select", "insert", "update", "delete"];
/** The rights that the application needs on each table. @internal for its test */
export const NEEDED = {
  ...{ users: ROWS, passwords: ROWS, sessions: ROWS, revocations: ROWS, rate_limits: ROWS, login_addresses: ROWS },
  ...{ events: ROWS, mails: ROWS, email_changes: ROWS, accounts: ROWS, spent: ROWS },
  ...{ totp_secrets: ROWS, recovery_codes: ROWS, passkeys: ROWS },
  ...{ django_users: ROWS, django_deleted_users: ROWS, django_tokens: ROWS, django_ended_sessions: ROWS, password_formats: ROWS },
  lineage: ["select", "update"],
  migrations: ["select"],
};

/** Why the current role can't migrate this database. @returns one line per problem */
export async function serverProblems(ask: Ask): Promise<string[]> {
  return describeServer(await readFacts(ask));
}

/**
 * Why the application can't run on this database.
 * @param role the application's role; by default the current one
 * @returns one line per problem
 */
export async function servingProblems(ask: Ask, role?: string): Promise<string[]> {
  const facts = await readFacts(ask);
  const problems = describeServer(facts);
  return problems.length > 0 ? problems : describeMissing(await listMissing(ask, role ?? facts.role), role ?? facts.role);
}

/** What works, and should be changed all the same. @returns one line each */
export async function servingAdvice(ask: Ask): Promise<string[]> {
  const { role, is_superuser, timeout_ms } = await readFacts(ask);
  const advice: string[] = [];
  if (is_superuser) {
    advice.push(
      `the role ${role} is a superuser: let the application connect as a role of its own (APP_DATABASE_URL for migrate)`,
    );
  }
  // A pooler may have dropped the setting that the connection started with.
  if (timeout_ms === 0 || timeout_ms > DEADLINE_MS) {
    advice.push(`abandoned statements go on running: alter role "${role}" set statement_timeout = ${DEADLINE_MS}`);
  }
  return advice;
}

/** @internal for its test: no server that is too old is at hand */
export function describeServer(facts: Facts): string[] {
  const { version, version_name, encoding, database, is_standby, may_use, role } = facts;
  const problems: string[] = [];
  if (version < OLDEST)
    problems.push(`Postgres ${version_name} is too old: MovieConnect needs version ${OLDEST / 10_000} or later`);
  if (encoding !== "UTF8") {
    problems.push(
      `the database ${database} is encoded in ${encoding}, which can't store every name: ` +
        `create one with "create database … encoding 'UTF8' template template0"`,
    );
  }
  if (is_standby)
    problems.push("the database is a standby, and can't be written to: name the primary in DATABASE_URL, or promote it");
  if (may_use === null) problems.push(`the schema public is missing: create schema public authorization "${role}"`);
  else if (!may_use) problems.push(`the role ${role} may not use the schema public: grant usage on schema public to "${role}"`);
  return problems;
}

async function readFacts(ask: Ask): Promise<Facts> {
  const [facts] = await ask<Facts>(
    `select current_setting('server_version_num')::int as version, current_setting('server_version') as version_name,
       pg_encoding_to_char(encoding) as encoding, datname as database, pg_is_in_recovery() as is_standby,
       (select has_schema_privilege(oid, 'usage') from pg_namespace where nspname = 'public') as may_use,
       rolname as role, rolsuper as is_superuser,
       (select setting::int from pg_settings where name = 'statement_timeout') as timeout_ms
     from pg_database, pg_roles where datname = current_database() and rolname = current_user`,
  );
  if (!facts) throw new Error("a connection has a database and a role");
  return facts;
}

async function listMissing(ask: Ask, role: string): Promise<Missing[]> {
  const pairs = Object.entries(NEEDED).flatMap(([table, privileges]) => privileges.map((privilege) => [table, privilege]));
  return ask<Missing>(
    `select "table", privilege, found is null as is_missing
     from unnest($1::text[], $2::text[]) as needed ("table", privilege), to_regclass('public.' || "table") as found
     where found is null or not has_table_privilege($3, found, privilege)`,
    [pairs.map(([table]) => table), pairs.map(([, privilege]) => privilege), role],
  );
}

function describeMissing(missing: Missing[], role: string): string[] {
  const absent = new Set(missing.filter(({ is_missing }) => is_missing).map(({ table }) => table));
  const forbidden = missing.filter(({ is_missing }) => !is_missing).map(({ table, privilege }) => `${privilege} on ${table}`);
  const problems: string[] = [];
  if (absent.has("migrations")) problems.push("the database is not migrated: run bin/migrate.ts, or npm start, which does");
  else if (absent.size > 0) {
    problems.push(`tables have disappeared (${[...absent].join(", ")}): restore a backup, or start with an empty database`);
  }
  if (forbidden.length > 0) {
    problems.push(`the role ${role} lacks rights (${forbidden.join(", ")}): run bin/migrate.ts with it in APP_DATABASE_URL`);
  }
  return problems;
}
