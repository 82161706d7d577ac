import "server-only";

import type { Database } from "./pool.ts";

/** One look at the database: what has ended, and what database it is. */
export type Look = {
  /** By the database's clock */
  now: Date;
  /** Each ended session, and when that was, in ms since the epoch */
  ended: [sessionId: string, at: number][];
  /** The oldest transaction that this look could not see the end of: the next look goes on from it */
  horizon: string;
  /** Another server, or the same after a restart, has another */
  server: string;
  /** How far the write-ahead log is on disk, in bytes; null where the engine does not tell */
  position: number | null;
  /** It is not the database that was last looked at: a promoted standby, a recovery, a restored dump */
  isAnother: boolean;
  /** When a database was last found to be another, or to have gone back in time; in ms since the epoch */
  since: number;
};

type Row = Omit<Look, "ended" | "since"> & { session_ids: string[]; ended_at: number[]; since: number; in_recovery: boolean };

// The table's own identity changes when a dump is restored over it. A standby's log has no position of its own.
const DATABASE = `
  clock_timestamp() as now, pg_snapshot_xmin(pg_current_snapshot())::text as horizon, pg_is_in_recovery() as in_recovery,
  pg_postmaster_start_time()::text as server,
  case when pg_is_in_recovery() then null else database_position() end::float8 as position,
  case when pg_is_in_recovery() then false else known is distinct from database_lineage() || '/' || tableoid end as "isAnother",
  extract(epoch from greatest(since, 'epoch'))::float8 * 1000 as since`;

const ENDED = `
  coalesce(array_agg(session_id), '{}') as session_ids,
  coalesce(array_agg(extract(epoch from revoked_at)::float8 * 1000), '{}') as ended_at from revocations`;

/**
 * What has ended since the last look, whatever the clock says and however long the transaction took that ended it.
 * @param horizon the last look's
 * @throws {Error} `isUnavailable`, on a standby too: what it knows is old
 */
export function lookSince(db: Database, horizon: string): Promise<Look> {
  return look(db, "xact_id >= $1::xid8", horizon);
}

/** What has ended in the last `seconds`. @throws {Error} as `lookSince` does */
export function lookAtAll(db: Database, seconds: number): Promise<Look> {
  return look(db, "revoked_at > clock_timestamp() - make_interval(secs => $1)", seconds);
}

async function look(db: Database, condition: string, value: unknown): Promise<Look> {
  const rows = await db.query<Row>(
    `select ${DATABASE}, ended.* from lineage, lateral (select ${ENDED} where ${condition}) ended`,
    [value],
  );
  const row = rows[0];
  if (!row) throw new Error("the table lineage has no row");
  const { session_ids, ended_at, in_recovery, ...rest } = row;
  if (in_recovery) throw Object.assign(new Error("the database is a standby"), { databaseUnavailable: true });
  return { ...rest, ended: session_ids.map((id, index) => [id, ended_at[index] ?? 0]) };
}

/**
 * Notes that the database is another, or went back in time, unless somebody else has just done so.
 * @param since as last looked at, in ms since the epoch
 */
export async function noteLineage(db: Database, since: number): Promise<void> {
  // Rows that another cluster wrote may be ahead of this one's transactions: they would be read at every look.
  await db.query(
    `with noted as (
       update lineage set known = database_lineage() || '/' || tableoid, since = clock_timestamp()
       where greatest(since, 'epoch') <= to_timestamp($1::float8 / 1000) + interval '1 ms'
       returning 1
     )
     update revocations set xact_id = pg_current_xact_id() from noted where xact_id >= pg_snapshot_xmax(pg_current_snapshot())`,
    [since],
  );
}
