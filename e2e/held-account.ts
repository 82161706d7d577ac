import { inject } from "vitest";
import { eventually, type Query, withDatabase } from "./harness.ts";

/** The processes of Postgres that wait for this one, directly or behind each other. */
const WAITING = `
  with recursive waiting (pid) as (
    select $1::int
    union
    select activity.pid from pg_stat_activity activity join waiting on waiting.pid = any(pg_blocking_pids(activity.pid))
  )
  select from waiting where pid <> $1`;

/**
 * Makes requests that wait for a transaction in the shared database, and does work once so many of them wait: each has passed what
 * it does before, and none has done what comes after. What waits longer than a statement may (db/connection/deadline.ts) is
 * answered 503: of several that shall wait at once each is wrapped in `unlessBusy`.
 * @param query the connection of that transaction, which holds what the requests need
 * @param work what the transaction still does, and its end
 */
export function onceWaiting<Outcome>(
  query: Query,
  waiting: number,
  requests: () => Promise<Outcome>,
  work: () => Promise<unknown>,
): Promise<Outcome> {
  // By another connection: a transaction sees the same activity until it ends. It is open before anything waits.
  return withDatabase(inject("databaseUrl"), async (look) => {
    const [{ pid } = {}] = await query("select pg_backend_pid() as pid");
    await look(WAITING, [pid]);
    const asked = requests();
    await eventually(async () => (await look(WAITING, [pid])).length >= waiting);
    await work();
    return asked;
  });
}

/**
 * Holds an account's lock in the shared database until so many requests wait for it, as `onceWaiting` does.
 * @param meanwhile what the transaction that holds the lock does before it lets go
 */
export function holdingAccount<Outcome>(
  userId: number,
  waiting: number,
  requests: () => Promise<Outcome>,
  meanwhile: (query: Query) => Promise<unknown> = async () => undefined,
): Promise<Outcome> {
  return withDatabase(inject("databaseUrl"), async (query) => {
    await query("begin");
    await query("select from users where id = $1 for update", [userId]);
    return onceWaiting(query, waiting, requests, async () => {
      await meanwhile(query);
      await query("commit");
    });
  });
}
