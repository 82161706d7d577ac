import type pg from "pg";
import { type Backends, endAbandonedStatement, LIST_BACKENDS } from "#db/connection/abandoned-statement.ts";
import { connect } from "#db/connection/connect.ts";
import { connectionPool } from "#db/connection/connection-pool.ts";
import { DEADLINE_MS } from "#db/connection/deadline.ts";
import { config } from "#lib/config.ts";
import { perProcess } from "#lib/per-process.ts";
import "./column-types.ts";
import { runStatement, runTransaction, type StatementPool } from "./run-statement.ts";
import { withSpan } from "./span.ts";

/** What queries run on: the pool, or a transaction. It is the first argument of everything in `db/`. */
export type Database = {
  /** @throws {Error} `isUnavailable(error)` tells whether the database or the statement was at fault */
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>;
  /**
   * Runs work in one transaction: all that it changes is committed, or nothing. A throw rolls it back. The work may run twice,
   * where Postgres asks for that, so it must change nothing but the database.
   * @throws {Error} what the work threw; `isUnavailable(error)` as for a query
   */
  transaction<Outcome>(work: (db: Database) => Promise<Outcome>): Promise<Outcome>;
};

const pool = perProcess("pool", openPool);

/** This process's connections to Postgres, opened on first use. */
export function database(): Database {
  return onPool(false);
}

/** The same for a worker's scheduled tasks: one connection is reserved for them, however many requests wait for the others. */
export function spareDatabase(): Database {
  return onPool(true);
}

function onPool(isSpare: boolean): Database {
  return {
    query: (text, values = []) => withSpan(text, () => runStatement(pool.get(), { text, values, isSpare })),
    transaction: (work) => runTransaction(pool.get(), isSpare, work),
  };
}

/** This process's connections, and how many statements wait for one. Opens none. */
export function poolUsage(): { idle: number; busy: number; waiting: number; limit: number } {
  const { idle, busy, waiting } = pool.peek()?.usage() ?? { idle: 0, busy: 0, waiting: 0 };
  return { idle, busy, waiting, limit: config().DATABASE_POOL_SIZE };
}

function openPool(): StatementPool {
  const connections = connectionPool(open, config().DATABASE_POOL_SIZE);
  let asking: Promise<Backends> | null = null;
  // One extra connection asks for all statements that wait for the answer.
  const backends = () => {
    asking ??= listBackends().finally(() => {
      asking = null;
    });
    return asking;
  };
  // A connection is given back only after its statement has ended, so the server never runs more statements than the pool
  // has connections.
  const reclaim = async (client: pg.Client, answer: Promise<unknown>, isInTransaction: boolean) => {
    const isUsable = (await endAbandonedStatement(client, answer, backends)) && !isInTransaction;
    if (isUsable) connections.giveBack(client);
    else connections.discard(client);
  };
  return { ...connections, reclaim };
}

// statement_timeout ends an abandoned statement where no cancel arrives. A pooler may drop this setting: then the role's own
// applies (application-role.ts).
function open(): Promise<pg.Client> {
  return connect(config().DATABASE_URL, { timeoutMs: DEADLINE_MS, statementTimeoutMs: DEADLINE_MS, onNotice });
}

// A worker's warnings are lines of its log, where a stack would help nobody; commands have output of their own.
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
