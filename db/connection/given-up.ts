import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { requestCancel } from "./cancel.ts";
import { ageOf } from "./connect.ts";
import { DEADLINE_MS } from "./deadline.ts";
import { isPooled } from "./start.ts";

/** A backend that has not ended its statement so long after it was asked to may not be there any more. */
const PATIENCE_MS = 5_000;
/** How far two clocks may disagree on a connection's age. In containers, another server's processes have the same numbers. */
const CLOCKS_MS = 2_000;

/** The server's processes for this role, and for how many ms each has been there. */
export type Backends = { pid: number; milliseconds: number }[];

export const LIST_BACKENDS = `select pid, extract(epoch from clock_timestamp() - backend_start)::float8 * 1000 as milliseconds
  from pg_stat_activity where usename = session_user`;

/**
 * Waits until a statement that was given up has ended at the server too: it is asked to end it, and to a connection that is
 * dropped instead there would stay a backend, which nobody counts. A machine that is gone never says that it has ended:
 * the one that is there instead is asked, and does not know it. Through a pooler it is waited for, and nothing is asked.
 * @param answer the statement's
 * @param backends asks the server on another connection
 * @returns whether the connection can be used for another statement
 */
export async function endGivenUp(
  client: pg.Client,
  answer: Promise<unknown>,
  backends: () => Promise<Backends>,
): Promise<boolean> {
  // 57014: query_canceled. After anything else it is not worth asking whether the connection is good.
  const ended = answer.then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === "57014",
  );
  // PgBouncer 1.18 ends itself over cancels that its server does not answer ("bad client state"), with all its clients. It
  // sees by itself to connections that are gone, and the role's own statement_timeout to statements.
  if (isPooled(client)) return ended;
  let isCertain = true;
  for (;;) {
    const cancelled = requestCancel(client, DEADLINE_MS);
    const outcome = await Promise.race([ended, delay(PATIENCE_MS, null, { ref: false })]);
    // A server that was paused comes round to a cancel later, and would end the next statement.
    isCertain = (await cancelled) && isCertain;
    if (outcome !== null) return outcome && isCertain;
    const known = await backends().catch(() => null);
    if (known && !isAmong(known, client)) return false;
  }
}

function isAmong(known: Backends, client: pg.Client): boolean {
  const { processID } = client as pg.Client & { processID: number };
  return known.some(({ pid, milliseconds }) => pid === processID && milliseconds > ageOf(client) - CLOCKS_MS);
}
