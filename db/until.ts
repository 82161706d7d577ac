import "server-only";

import type { Database } from "./pool.ts";

/**
 * A database for a caller that waits up to a certain moment and no longer, however much it asks.
 * @param end by `performance.now()`
 * @throws {Error} `isUnavailable`, for a statement that has no answer by then
 */
export function databaseUntil(db: Database, end: number): Database {
  return { ...db, query: (text, values) => answeredBefore(end, () => db.query(text, values)) };
}

async function answeredBefore<Rows>(end: number, ask: () => Promise<Rows>): Promise<Rows> {
  const remaining = end - performance.now();
  if (remaining <= 0) throw timeIsUp();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timeIsUp()), remaining);
  });
  try {
    return await Promise.race([ask(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function timeIsUp(): Error {
  return Object.assign(new Error("the database has not answered in time"), { databaseUnavailable: true });
}
