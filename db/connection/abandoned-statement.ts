import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { requestCancel } from "./cancel.ts";
import { ageOf } from "./connect.ts";
import { DEADLINE_MS } from "./deadline.ts";
import { isPooled } from "./start.ts";

/** A backend that runs its statement this long after the cancel may be gone. */
const CANCEL_MS = 5_000;
/** How far two clocks may disagree on a connection's age. Process numbers are not enough: in containers, servers share them. */
const CLOCK_SKEW_MS = 2_000;

/** The server's backends of this role, and the age of each in ms. */
export type Backends = { pid: number; milliseconds: number }[];

export const LIST_BACKENDS = `select pid, extract(epoch from clock_timestamp() - backend_start)::float8 * 1000 as milliseconds
  from pg_stat_activity where usename = session_user`;

/**
 * Cancels an abandoned statement, and waits until it has ended at the server too. Just dropping the connection would leave
 * its backend running, uncounted. A server that is gone never reports the end: so the server that now answers is asked for
 * its backends, and the statement has ended if its backend is not among them. Through a pooler nothing is cancelled: the end
 * is only waited for.
 * @param answer the statement's answer
 * @param backends lists the server's backends, on another connection
 * @returns whether the connection can be used for another statement
 */
export async function endAbandonedStatement(
  client: pg.Client,
  answer: Promise<unknown>,
  backends: () => Promise<Backends>,
): Promise<boolean> {
  // 57014: query_canceled. After any other error the connection is not worth keeping.
  const ended = answer.then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === "57014",
  );
  // PgBouncer 1.18 crashes ("bad client state"), with all its clients, over a cancel that its server does not answer. It
  // cleans up lost connections by itself, and the role's own statement_timeout ends statements.
  if (isPooled(client)) return ended;
  let isCertain = true;
  for (;;) {
    const cancelled = requestCancel(client, DEADLINE_MS);
    const outcome = await Promise.race([ended, delay(CANCEL_MS, null, { ref: false })]);
    // A server that was paused handles an old cancel when it resumes, and would end the next statement.
    isCertain = (await cancelled) && isCertain;
    if (outcome !== null) return outcome && isCertain;
    const known = await backends().catch(() => null);
    if (known && !isAmong(known, client)) return false;
  }
}

function isAmong(known: Backends, client: pg.Client): boolean {
  const { processID } = client as pg.Client & { processID: number };
  return known.some(({ pid, milliseconds }) => pid === processID && milliseconds > ageOf(client) - CLOCK_SKEW_MS);
}
