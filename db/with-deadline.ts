import "server-only";

import { giveUpAfter } from "#db/connection/deadline.ts";
import type { Database } from "./pool.ts";
import { asUnavailable } from "./unavailable.ts";

/**
 * A database whose statements all share one deadline.
 * @param end the deadline, by `performance.now()`
 * @throws {Error} `isUnavailable`, for a statement without an answer by the deadline
 */
export function withDeadline(db: Database, end: number): Database {
  return { ...db, query: (text, values) => answerBefore(end, () => db.query(text, values)) };
}

async function answerBefore<Rows>(end: number, ask: () => Promise<Rows>): Promise<Rows> {
  const remaining = end - performance.now();
  if (remaining <= 0) throw deadlineError();
  let clear: (() => void) | undefined;
  const timeout = new Promise<never>((_, reject) => {
    clear = giveUpAfter(remaining, () => reject(deadlineError()));
  });
  try {
    return await Promise.race([ask(), timeout]);
  } finally {
    clear?.();
  }
}

function deadlineError(): Error {
  return asUnavailable(new Error("the database did not answer in time"));
}
