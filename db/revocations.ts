import "server-only";

import type { Database } from "./pool";

/** Sessions revoked in the last `seconds`, and the database's clock. */
export async function listRevocations(db: Database, seconds: number): Promise<{ sessionIds: string[]; now: Date }> {
  const rows = await db.query<{ session_ids: string[]; now: Date }>(
    `select coalesce(array_agg(session_id), '{}') as session_ids, clock_timestamp() as now
     from revocations where revoked_at > clock_timestamp() - make_interval(secs => $1)`,
    [seconds],
  );
  return { sessionIds: rows[0]?.session_ids ?? [], now: rows[0]?.now ?? new Date() };
}

/** Whether this session has been revoked: for a worker whose list is too old to be trusted. */
export async function isRevoked(db: Database, sessionId: string): Promise<boolean> {
  const rows = await db.query("select from revocations where session_id = $1", [sessionId]);
  return rows.length > 0;
}
