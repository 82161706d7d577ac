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
 * Holds an account's lock in the shared database until so many requests wait for it: each has passed what it does before, and
 * none has done what comes after.
 * @param meanwhile what the transaction that holds the lock does before it lets go
 */
export function holdingAccount<Outcome>(
  userId: number,
  waiting: number,
  requests: () => Promise<Outcome>,
  meanwhile: (query: Query) => Promise<unknown> = async () => undefined,
): Promise<Outcome> {
  const url = inject("databaseUrl");
  return withDatabase(url, async (query) => {
    await query("begin");
    await query("select from users where id = $1 for update", [userId]);
    const [{ pid } = {}] = await query("select pg_backend_pid() as pid");
    const asked = requests();
    await withDatabase(url, (ask) => eventually(async () => (await ask(WAITING, [pid])).length >= waiting));
    await meanwhile(query);
    await query("commit");
    return asked;
  });
}
