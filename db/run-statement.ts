import pg from "pg";
import type { ConnectionPool } from "#db/connection/connection-pool.ts";
import { DEADLINE_MS } from "#db/connection/deadline.ts";
import { asUnavailable, isUnavailable } from "./unavailable.ts";

/** `reclaim` takes back a connection whose statement still runs at the server. */
export type StatementPool = ConnectionPool & { reclaim: (client: pg.Client, answer: Promise<unknown>) => void };
type Statement = { text: string; values: unknown[]; isSpare: boolean };

// Postgres has rolled back a statement that failed for one of these reasons, so it can be sent again. Statements that wait
// for each other by default can conflict where the default isolation level was raised; an idle connection can be closed just
// as it is used.
const RETRYABLE = ["40001", "40P01", "57P05"];

/**
 * Runs one statement within `DEADLINE_MS`, waiting for a connection included, and retries it where Postgres rolled it back.
 * @throws {Error} `isUnavailable(error)` tells a database that could not be asked from a statement that is wrong
 */
export async function runStatement<Row>(pool: StatementPool, statement: Statement): Promise<Row[]> {
  const end = performance.now() + DEADLINE_MS;
  for (;;) {
    try {
      return await runOnce(pool, statement, end);
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (!RETRYABLE.includes(code) || performance.now() > end) throw error;
    }
  }
}

async function runOnce<Row>(pool: StatementPool, { text, values, isSpare }: Statement, end: number): Promise<Row[]> {
  const client = await pool.take(Math.max(1, end - performance.now()), isSpare).catch((error: unknown) => {
    throw asUnavailable(error);
  });
  const answer = client.query(text, values);
  if (!(await isSettledBy(end, answer))) {
    pool.reclaim(client, answer);
    throw asUnavailable(new Error(`the database did not answer within ${DEADLINE_MS} ms`));
  }
  try {
    const { rows } = await answer;
    pool.giveBack(client);
    return rows as Row[];
  } catch (error) {
    // An error of the statement itself, or a cancel, leaves the connection usable.
    const isUsable = error instanceof pg.DatabaseError && (error.code === "57014" || !isUnavailable(error));
    if (isUsable) pool.giveBack(client);
    else pool.discard(client);
    throw error instanceof pg.DatabaseError ? error : asUnavailable(error);
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
