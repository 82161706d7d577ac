import "server-only";

import pg from "pg";
import { config } from "../lib/config";
import { DEADLINE_MS } from "./deadline";
import { withSpan } from "./span";

/** What queries run on: the pool, so far. The first argument of everything in `db/`. */
export type Database = {
  /** @throws {Error} `isUnavailable(error)` tells whether it was the database's fault or the statement's */
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>;
};

pg.types.setTypeParser(pg.types.builtins.INT8, Number);
// A birth date has no time and no zone: as a `Date` it would shift with the server's.
pg.types.setTypeParser(pg.types.builtins.DATE, String);

// Pages, routes and instrumentation are separate bundles: what is one per process lives on globalThis.
const shared = globalThis as typeof globalThis & { movieconnectPool?: pg.Pool };

/** This process' connections to Postgres. Opened on first use. */
export function database(): Database {
  shared.movieconnectPool ??= openPool();
  return { query: (text, values) => query(connectedPool(), text, values) };
}

/** Whether Postgres could not be asked: unreachable, hanging, restarting, full. False for a statement's own error. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (!(error instanceof pg.DatabaseError)) return "databaseUnavailable" in error;
  // Connection exceptions, insufficient resources, operator intervention (also a timeout), system errors; read-only.
  return /^(08|53|57|58)/.test(error.code ?? "") || error.code === "25006";
}

/** This process' connections, and how many statements wait for one. Opens none. */
export function poolUsage(): { idle: number; busy: number; waiting: number; limit: number } {
  const { totalCount = 0, idleCount = 0, waitingCount = 0 } = shared.movieconnectPool ?? {};
  return { idle: idleCount, busy: totalCount - idleCount, waiting: waitingCount, limit: config().DATABASE_POOL_SIZE };
}

function connectedPool(): pg.Pool {
  shared.movieconnectPool ??= openPool();
  return shared.movieconnectPool;
}

function openPool(): pg.Pool {
  const pool = new pg.Pool({
    connectionString: config().DATABASE_URL,
    application_name: "movieconnect",
    max: config().DATABASE_POOL_SIZE,
    connectionTimeoutMillis: DEADLINE_MS,
    // A parameter of the connection's start. PgBouncer drops it, and there the role's own holds (application-role.ts).
    statement_timeout: DEADLINE_MS,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
  });
  // A connection that breaks is dropped by the pool if it is idle, and its statement fails if it is not. Both are also
  // told to listeners, and without one would end the process: the pool's own does not hear of a connection in use.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

function query<Row>(pool: pg.Pool, text: string, values: unknown[] = []): Promise<Row[]> {
  return withSpan(text, () => run(pool, text, values));
}

async function run<Row>(pool: pg.Pool, text: string, values: unknown[]): Promise<Row[]> {
  const deadline = Date.now() + DEADLINE_MS;
  const client = await pool.connect().catch(markUnavailable);
  try {
    const remaining = Math.max(1, deadline - Date.now());
    const result = await client.query({ text, values, query_timeout: remaining } as pg.QueryConfig);
    client.release();
    return result.rows as Row[];
  } catch (error) {
    // After its own error a connection is good; after a timeout or a break it may still deliver somebody's answer.
    const broken = !(error instanceof pg.DatabaseError) || isUnavailable(error);
    client.release(broken);
    return error instanceof pg.DatabaseError ? Promise.reject(error) : markUnavailable(error);
  }
}

function markUnavailable(error: unknown): never {
  const cause = error instanceof Error ? error : new Error(String(error));
  throw Object.assign(cause, { databaseUnavailable: true });
}
