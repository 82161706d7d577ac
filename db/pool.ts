import pg from "pg";
import { connect } from "#db/connection/connect.ts";
import { type Connections, connections } from "#db/connection/connections.ts";
import { DEADLINE_MS } from "#db/connection/deadline.ts";
import { type Backends, endGivenUp, LIST_BACKENDS } from "#db/connection/given-up.ts";
import { config } from "#lib/config.ts";
import { perProcess } from "#lib/per-process.ts";
import { withSpan } from "./span.ts";

/** What queries run on: the pool, so far. The first argument of everything in `db/`. */
export type Database = {
  /** @throws {Error} `isUnavailable(error)` tells whether it was the database's fault or the statement's */
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>;
};

pg.types.setTypeParser(pg.types.builtins.INT8, Number);
// A birth date has no time and no zone: as a `Date` it would shift with the server's.
pg.types.setTypeParser(pg.types.builtins.DATE, String);

type Pool = Connections & { reclaim: (client: pg.Client, answer: Promise<unknown>) => void };
const pool = perProcess("pool", openPool);

/** This process' connections to Postgres. Opened on first use. */
export function database(): Database {
  return { query: (text, values = []) => withSpan(text, () => run(text, values, false)) };
}

/** The same for what a worker does by the clock: one connection is kept for it, however many requests wait for the others. */
export function spareDatabase(): Database {
  return { query: (text, values = []) => withSpan(text, () => run(text, values, true)) };
}

/** Whether Postgres could not be asked: unreachable, hanging, restarting, full. False for a statement's own error. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Whatever a connection was refused for, also a password that was changed meanwhile.
  if ("databaseUnavailable" in error) return true;
  if (!(error instanceof pg.DatabaseError)) return false;
  // Connection exceptions, conflicts that were repeated until the deadline, insufficient resources, operator intervention
  // (also a timeout), system errors; read-only, and other time limits: 25P03 and 25P04 of a transaction, 55P03 of a lock.
  return /^(08|40|53|57|58|25006|25P03|25P04|55P03)/.test(error.code ?? "");
}

/** This process' connections, and how many statements wait for one. Opens none. */
export function poolUsage(): { idle: number; busy: number; waiting: number; limit: number } {
  const { idle, busy, waiting } = pool.peek()?.usage() ?? { idle: 0, busy: 0, waiting: 0 };
  return { idle, busy, waiting, limit: config().DATABASE_POOL_SIZE };
}

function openPool(): Pool {
  const opened = connections(open, config().DATABASE_POOL_SIZE);
  let asking: Promise<Backends> | null = null;
  // On one connection besides, however many wait for the answer.
  const backends = () => {
    asking ??= listBackends().finally(() => {
      asking = null;
    });
    return asking;
  };
  // A connection is not given back before its statement has ended: the server never has more to do than there are of them.
  const reclaim = async (client: pg.Client, answer: Promise<unknown>) => {
    if (await endGivenUp(client, answer, backends)) opened.giveBack(client);
    else opened.discard(client);
  };
  return { ...opened, reclaim };
}

// statement_timeout: a statement that nobody waits for ends, also where no cancel arrives. Through a pooler that drops it
// the role's own holds (application-role.ts).
function open(): Promise<pg.Client> {
  return connect(config().DATABASE_URL, { timeoutMs: DEADLINE_MS, statementTimeoutMs: DEADLINE_MS, onNotice });
}

// A worker's warnings are lines of its log, where a stack would tell nothing; commands have their own output.
function onNotice(text: string): void {
  if (config().LOG_LEVEL !== "silent") process.emitWarning(Object.assign(new Error(text), { stack: text }));
}

async function listBackends(): Promise<Backends> {
  const client = await open();
  try {
    const query = { text: LIST_BACKENDS, query_timeout: DEADLINE_MS };
    return (await client.query(query as pg.QueryConfig)).rows as Backends;
  } finally {
    client.end().catch(() => undefined);
  }
}

// Postgres has rolled back a statement that it ends for these reasons, so it can be sent again. What takes turns by default
// may conflict where a default isolation level was raised; an idle connection may be closed just when it is used.
const REPEATABLE = ["40001", "40P01", "57P05"];

async function run<Row>(text: string, values: unknown[], isSpare: boolean): Promise<Row[]> {
  const end = performance.now() + DEADLINE_MS;
  for (;;) {
    try {
      return await runOnce(text, values, isSpare, end);
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (!REPEATABLE.includes(code) || performance.now() > end) throw error;
    }
  }
}

async function runOnce<Row>(text: string, values: unknown[], isSpare: boolean, end: number): Promise<Row[]> {
  const client = await pool
    .get()
    .take(Math.max(1, end - performance.now()), isSpare)
    .catch(markUnavailable);
  const answer = client.query(text, values);
  if (!(await isSettledBy(end, answer))) {
    pool.get().reclaim(client, answer);
    return markUnavailable(new Error(`the database has not answered within ${DEADLINE_MS} ms`));
  }
  try {
    const { rows } = await answer;
    pool.get().giveBack(client);
    return rows as Row[];
  } catch (error) {
    // After its own error, or after it was cancelled, a connection is good.
    const isGood = error instanceof pg.DatabaseError && (error.code === "57014" || !isUnavailable(error));
    if (isGood) pool.get().giveBack(client);
    else pool.get().discard(client);
    return error instanceof pg.DatabaseError ? Promise.reject(error) : markUnavailable(error);
  }
}

function isSettledBy(end: number, answer: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), Math.max(1, end - performance.now()));
    const settle = () => {
      clearTimeout(timer);
      resolve(true);
    };
    answer.then(settle, settle);
  });
}

function markUnavailable(error: unknown): never {
  const cause = error instanceof Error ? error : new Error(String(error));
  throw Object.assign(cause, { databaseUnavailable: true });
}
