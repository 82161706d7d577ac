import "server-only";

import type { Database } from "./pool.ts";

/** What one read found: which sessions have ended, and which database answered. */
export type RevocationSnapshot = {
  /** The database's clock */
  now: Date;
  /** Each ended session with the time when it ended, in ms since the epoch */
  ended: [sessionId: string, at: number][];
  /** The oldest transaction that was still open: the next read continues from it */
  horizon: string;
  /** When the server started, which tells one server from another and from itself after a restart */
  server: string;
  /** How far the write-ahead log is on disk, in bytes; null where the engine does not tell */
  position: number | null;
  /** Whether this is not the database that was recorded last: a promoted standby, a recovery, a restored dump */
  isOtherDatabase: boolean;
  /** When the database was last found to be another, or to have gone back in time; in ms since the epoch */
  since: number;
};

type Row = Omit<RevocationSnapshot, "ended" | "since"> & {
  session_ids: string[];
  ended_at: number[];
  since: number;
  in_recovery: boolean;
};

// The table's own identity changes when a dump is restored over it. A standby's log has no position of its own.
const DATABASE = `
  clock_timestamp() as now, pg_snapshot_xmin(pg_current_snapshot())::text as horizon, pg_is_in_recovery() as in_recovery,
  pg_postmaster_start_time()::text as server,
  case when pg_is_in_recovery() then null else database_position() end::float8 as position,
  case when pg_is_in_recovery() then false else known is distinct from database_lineage() || '/' || tableoid end
    as "isOtherDatabase",
  extract(epoch from greatest(since, 'epoch'))::float8 * 1000 as since`;

const ENDED = `
  coalesce(array_agg(session_id), '{}') as session_ids,
  coalesce(array_agg(extract(epoch from revoked_at)::float8 * 1000), '{}') as ended_at from revocations`;

/**
 * The revocations since the last read, whatever the clock says and however long their transactions took.
 * @param horizon the last read's horizon
 * @throws {Error} `isUnavailable`, also on a standby, whose data are old
 */
export function readRevocationsSince(db: Database, horizon: string): Promise<RevocationSnapshot> {
  return read(db, "xact_id >= $1::xid8", horizon);
}

/** The revocations of the last `seconds`. @throws {Error} as `readRevocationsSince` does */
export function readRecentRevocations(db: Database, seconds: number): Promise<RevocationSnapshot> {
  return read(db, "revoked_at > clock_timestamp() - make_interval(secs => $1)", seconds);
}

async function read(db: Database, condition: string, value: unknown): Promise<RevocationSnapshot> {
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
 * Records that the database is another, or went back in time, unless another worker has just recorded it.
 * @param since the last read's `since`, in ms since the epoch
 */
export async function recordLineage(db: Database, since: number): Promise<void> {
  // Rows that another cluster wrote may have transaction ids ahead of this cluster's: every read would return them again.
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
