import type { Database } from "./pool.ts";

/** What is known of the client; null where an operator acted. */
export type Client = { address: string | null; network: string | null; device: string | null };
export type EventRow = { id: number; at: Date; event: string; address: string | null; device: string | null };

/** For how many days an event is kept. */
export const KEPT_DAYS = 365;

/** Records an event of an account. Does nothing if the user has been deleted. */
export async function insertEvent(db: Database, userId: number, event: string, client: Client): Promise<void> {
  // `for key share` keeps the user from being deleted before the row is inserted: the foreign key would refuse it.
  await db.query(
    `insert into events (user_id, event, address, network, device)
     select id, $2, $3, $4, $5 from users where id = $1 for key share`,
    [userId, event, client.address, client.network, client.device],
  );
}

/**
 * Records a refused login. The statement waits for no disk, so that it takes as long where there is no account, and no row.
 * @param userId null for a name that no account has
 */
export async function insertRefusedLogin(db: Database, userId: number | null, client: Client): Promise<void> {
  await db.query(
    `with relaxed as materialized (
       select set_config('synchronous_commit', 'off', true) as commit
     )
     insert into events (user_id, event, address, network, device)
     select id, 'login_refused', $2, $3, $4 from users, relaxed where id = $1::bigint and relaxed.commit = 'off'
     for key share of users`,
    [userId, client.address, client.network, client.device],
  );
}

/**
 * Events of an account, the latest first.
 * @param known the kinds of events to list @param before only those with a smaller id; null for the latest
 */
export async function listEvents(
  db: Database,
  userId: number,
  { known, before, most }: { known: readonly string[]; before: number | null; most: number },
): Promise<EventRow[]> {
  return db.query<EventRow>(
    `select id, at, event, address, device from events
     where user_id = $1 and event = any($2::text[]) and ($3::bigint is null or id < $3) order by id desc limit $4`,
    [userId, known, before, most],
  );
}
