import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { PG_MIGRATE_LOCK_ID } from "node-pg-migrate";
import pg from "pg";
import { connect } from "#db/connection/connect.ts";
import { DEADLINE_MS } from "#db/connection/deadline.ts";
import { connectionProblem } from "#db/connection/problem.ts";
import { setRoleDefaults } from "#db/connection/session-settings.ts";
import { parseDatabaseUrl } from "#lib/settings/database-url.ts";
import type { Database } from "./pool.ts";
import { servingProblems } from "./requirements.ts";
import { powersOf } from "./role-powers.ts";
import { transaction } from "./transaction.ts";

const SCRAM_ITERATIONS = 4096;

/**
 * Sets up the application's own role, which may read and write rows and nothing else: it owns no table, and may only read the
 * list of migrations, for the readiness probe. Must be repeated after each migration. Refuses a role that may do more.
 * @param ownerUrl the URL of the role that migrates. It creates the application's role if it may; otherwise that must exist
 * @param applicationUrl the URL with which the application will connect
 * @throws {Error} one line that says what is missing
 */
export async function setUpApplicationRole(ownerUrl: string, applicationUrl: string): Promise<void> {
  const { user: role = "", password = "" } = parseDatabaseUrl(applicationUrl);
  if (role === parseDatabaseUrl(ownerUrl).user)
    throw new Error(`${role} owns the tables: give the application a role of its own`);
  const client = await connect(ownerUrl, { timeoutMs: 5_000 }).catch((error: unknown) => {
    throw new Error(connectionProblem(error, ownerUrl), { cause: error });
  });
  try {
    await transaction(client, (db) => setUpRole(db, role, password));
  } catch (error) {
    throw new Error(`the role ${role} can't be set up: ${error instanceof Error ? error.message : error}`, { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function setUpRole(db: Database, role: string, password: string): Promise<void> {
  // Of several simultaneous runs one creates the role.
  await db.query(`select pg_advisory_xact_lock(${PG_MIGRATE_LOCK_ID})`);
  const powers = await powersOf(db.query, role);
  if (powers.length > 0) throw new Error(`it ${powers.join(", and ")}: give the application a role that has no such power`);
  await ensureRole(db, role, password);
  await grant(db, pg.escapeIdentifier(role));
  const problems = await servingProblems(db.query, role);
  if (problems.length > 0) throw new Error(problems.join("; "));
}

async function ensureRole(db: Database, role: string, password: string): Promise<void> {
  const [found] = await db.query<{ exists: boolean; may_alter: boolean }>(
    `select exists (select from pg_roles where rolname = $1) as exists, rolsuper or rolcreaterole as may_alter
     from pg_roles where rolname = current_user`,
    [role],
  );
  const { exists, may_alter: mayAlter } = found ?? { exists: false, may_alter: false };
  if (mayAlter) {
    const verifier = pg.escapeLiteral(toScramVerifier(password));
    await db.query(`${exists ? "alter" : "create"} role ${pg.escapeIdentifier(role)} login password ${verifier}`);
    // The pool sets the same on each connection, which a pooler can't pass on.
    await db.query(`alter role ${pg.escapeIdentifier(role)} set statement_timeout = ${DEADLINE_MS}`);
    await db.query(setRoleDefaults(pg.escapeLiteral(role)));
  } else if (!exists) {
    throw new Error("it does not exist, and the owner may not create it");
  }
}

// The role may create nothing, not even temporary tables.
async function grant(db: Database, role: string): Promise<void> {
  const [current] = await db.query<{ name: string }>("select current_database() as name");
  const database = pg.escapeIdentifier(current?.name ?? "");
  const statements = [
    "revoke create on schema public from public",
    `revoke temporary on database ${database} from public`,
    `grant connect on database ${database} to ${role}`,
    `grant usage on schema public to ${role}`,
    `grant select, insert, update, delete on all tables in schema public to ${role}`,
    // An import of another site's accounts moves it on (django-users.ts).
    `grant select, update on sequence public.users_id_seq to ${role}`,
    `revoke insert, update, delete on public.migrations from ${role}`,
  ];
  for (const statement of statements) await db.query(statement);
}

// The verifier that Postgres stores (RFC 5803). A password sent in the clear could end up in the server's log.
function toScramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, SCRAM_ITERATIONS, 32, "sha256");
  const keyOf = (name: string) => createHmac("sha256", salted).update(name).digest();
  const storedKey = createHash("sha256").update(keyOf("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${salt.toString("base64")}$${storedKey}:${keyOf("Server Key").toString("base64")}`;
}
