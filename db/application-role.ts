import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { PG_MIGRATE_LOCK_ID } from "node-pg-migrate";
import pg from "pg";
import { connect } from "#db/connection/connect.ts";
import { DEADLINE_MS } from "#db/connection/deadline.ts";
import { connectionProblem } from "#db/connection/problem.ts";
import { keepSettingsFor } from "#db/connection/session-settings.ts";
import { parseDatabaseUrl } from "#lib/settings/database-url.ts";
import type { Database } from "./pool.ts";
import { problemsOfUse } from "./requirements.ts";
import { powersOf } from "./role-powers.ts";
import { transaction } from "./transaction.ts";

const SCRAM_ITERATIONS = 4096;

/**
 * Lets the application connect with its own role, which reads and writes rows and nothing else: the tables stay their
 * owner's, and what has been migrated is only read, by the readiness probe. To be repeated after each migration. A role
 * that may do more than that is refused.
 * @param ownerUrl whose role migrates. Makes the other role, where it may; where not, somebody else has to have made it
 * @param applicationUrl as the application will connect
 * @throws {Error} one line that says what is missing
 */
export async function admitApplication(ownerUrl: string, applicationUrl: string): Promise<void> {
  const { user: role = "", password = "" } = parseDatabaseUrl(applicationUrl);
  if (role === parseDatabaseUrl(ownerUrl).user)
    throw new Error(`${role} owns the tables: give the application a role of its own`);
  const client = await connect(ownerUrl, { timeoutMs: 5_000 }).catch((error: unknown) => {
    throw new Error(connectionProblem(error, ownerUrl), { cause: error });
  });
  try {
    await transaction(client, (db) => admit(db, role, password));
  } catch (error) {
    throw new Error(`the role ${role} can't be set up: ${error instanceof Error ? error.message : error}`, { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function admit(db: Database, role: string, password: string): Promise<void> {
  // Of several at once, one makes the role.
  await db.query(`select pg_advisory_xact_lock(${PG_MIGRATE_LOCK_ID})`);
  const powers = await powersOf(db.query, role);
  if (powers.length > 0) throw new Error(`it ${powers.join(", and ")}: give the application a role that has no such power`);
  await ensureRole(db, role, password);
  await grant(db, pg.escapeIdentifier(role));
  const problems = await problemsOfUse(db.query, role);
  if (problems.length > 0) throw new Error(problems.join("; "));
}

async function ensureRole(db: Database, role: string, password: string): Promise<void> {
  const [found] = await db.query<{ exists: boolean; may: boolean }>(
    `select exists (select from pg_roles where rolname = $1) as exists, rolsuper or rolcreaterole as may
     from pg_roles where rolname = current_user`,
    [role],
  );
  const { exists, may } = found ?? { exists: false, may: false };
  if (may) {
    const verifier = pg.escapeLiteral(toScramVerifier(password));
    await db.query(`${exists ? "alter" : "create"} role ${pg.escapeIdentifier(role)} login password ${verifier}`);
    // The pool asks for the same on each connection; a pooler on the way can't pass that on.
    await db.query(`alter role ${pg.escapeIdentifier(role)} set statement_timeout = ${DEADLINE_MS}`);
    await db.query(keepSettingsFor(pg.escapeLiteral(role)));
  } else if (!exists) {
    throw new Error("it does not exist, and the owner may not create it");
  }
}

// A temporary table is something created, too.
async function grant(db: Database, role: string): Promise<void> {
  const [current] = await db.query<{ name: string }>("select current_database() as name");
  const database = pg.escapeIdentifier(current?.name ?? "");
  const statements = [
    "revoke create on schema public from public",
    `revoke temporary on database ${database} from public`,
    `grant connect on database ${database} to ${role}`,
    `grant usage on schema public to ${role}`,
    `grant select, insert, update, delete on all tables in schema public to ${role}`,
    `revoke insert, update, delete on public.migrations from ${role}`,
  ];
  for (const statement of statements) await db.query(statement);
}

// RFC 5803, as Postgres keeps it. A password that was sent as it is could end up in the server's log.
function toScramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, SCRAM_ITERATIONS, 32, "sha256");
  const keyOf = (name: string) => createHmac("sha256", salted).update(name).digest();
  const storedKey = createHash("sha256").update(keyOf("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${salt.toString("base64")}$${storedKey}:${keyOf("Server Key").toString("base64")}`;
}
