import pg from "pg";
import type { ConnectionPool } from "#db/connection/connection-pool.ts";
import { DEADLINE_MS, giveUpAfter } from "#db/connection/deadline.ts";
import type { Database } from "./pool.ts";
import { withSpan } from "./span.ts";
import { transaction } from "./transaction.ts";
import { asUnavailable, isUnavailable } from "./unavailable.ts";

/**
 * `reclaim` takes back a connection whose statement still runs at the server. A connection within a transaction is then closed,
 * any other is used again.
 */
export type StatementPool = ConnectionPool & {
  reclaim: (client: pg.Client, answer: Promise<unknown>, isInTransaction: boolean) => void;
};
type Statement = { text: string; values: unknown[]; isSpare: boolean };

/** A connection that was taken from the pool, until `end` by `performance.now()`, and how its last statement failed. */
type Taken = { client: pg.Client; end: number; abandoned: Promise<unknown> | null; isBroken: boolean };

// Postgres has rolled back a statement that failed for one of these reasons, so it can be sent again. Statements that wait
// for each other by default can conflict where the default isolation level was raised; an idle connection can be closed just
// as it is used.
const RETRYABLE = ["40001", "40P01", "57P05"];

// An owner's own limit for idle transactions may be shorter than a round trip to this process.
const BEGIN = "begin isolation level read committed read write; set local idle_in_transaction_session_timeout = '10s'";

/**
 * Runs one statement within `DEADLINE_MS`, waiting for a connection included, and retries it where Postgres rolled it back.
 * @throws {Error} `isUnavailable(error)` tells a database that could not be asked from a statement that is wrong
 */
export function runStatement<Row>(pool: StatementPool, { text, values, isSpare }: Statement): Promise<Row[]> {
  return retried(async (end) => {
    const taken = await take(pool, end, isSpare);
    try {
      return (await ask(taken, text, values)).rows as Row[];
    } finally {
      release(pool, taken, false);
    }
  });
}

/**
 * Runs work in one transaction, as `transaction` does, within `DEADLINE_MS`. It is repeated as a whole where Postgres rolled it
 * back, so the work must change nothing but the database.
 * @throws {Error} what the work threw; `isUnavailable(error)` as for a statement
 */
export function runTransaction<Outcome>(
  pool: StatementPool,
  isSpare: boolean,
  work: (db: Database) => Promise<Outcome>,
): Promise<Outcome> {
  return retried(async (end) => {
    const taken = await take(pool, end, isSpare);
    try {
      return await transaction(taken.client, work, {
        begin: BEGIN,
        run: (text, values = []) => withSpan(text, () => ask(taken, text, values)),
      });
    } finally {
      release(pool, taken, true);
    }
  });
}

async function retried<Outcome>(run: (end: number) => Promise<Outcome>): Promise<Outcome> {
  const end = performance.now() + DEADLINE_MS;
  for (;;) {
    try {
      return await run(end);
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (!RETRYABLE.includes(code) || performance.now() > end) throw error;
    }
  }
}

async function take(pool: StatementPool, end: number, isSpare: boolean): Promise<Taken> {
  const client = await pool.take(Math.max(1, end - performance.now()), isSpare).catch((error: unknown) => {
    throw asUnavailable(error);
  });
  return { client, end, abandoned: null, isBroken: false };
}

async function ask(taken: Taken, text: string, values: unknown[]): Promise<pg.QueryResult> {
  if (taken.abandoned || taken.isBroken) throw asUnavailable(new Error("the connection to the database failed before"));
  const answer = taken.client.query(text, values);
  if (!(await isSettledBy(taken.end, answer))) {
    taken.abandoned = answer;
    throw asUnavailable(new Error(`the database did not answer within ${DEADLINE_MS} ms`));
  }
  try {
    return await answer;
  } catch (error) {
    // An error of the statement itself, or a cancel, leaves the connection usable.
    taken.isBroken = !(error instanceof pg.DatabaseError && (error.code === "57014" || !isUnavailable(error)));
    throw error instanceof pg.DatabaseError ? error : asUnavailable(error);
  }
}

function release(pool: StatementPool, { client, abandoned, isBroken }: Taken, isInTransaction: boolean): void {
  if (abandoned) pool.reclaim(client, abandoned, isInTransaction);
  else if (isBroken) pool.discard(client);
  else pool.giveBack(client);
}

function isSettledBy(end: number, answer: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const clear = giveUpAfter(Math.max(1, end - performance.now()), () => resolve(false));
    const settle = () => {
      clear();
      resolve(true);
    };
    answer.then(settle, settle);
  });
}
