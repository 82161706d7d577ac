import "server-only";

import { RESERVED_HOURS } from "./email-changes.ts";
import { KEPT_DAYS } from "./events.ts";
import { KNOWN_DAYS } from "./login-addresses.ts";
import type { Database } from "./pool.ts";

/** Longer than any access token lives, whatever ACCESS_TOKEN_LIFETIME is or was: no token of an older session is still valid. */
const ENDED_SECONDS = 25 * 3_600;

const DAY = 86_400;

type Kind = {
  table: string;
  column: string;
  seconds: number;
  /** Of the table's rows, only those; there is an index with this condition */
  where?: string;
};

/** Rows may be deleted once the time in this column is so many seconds ago. Each column is indexed. */
const PRUNABLE = {
  expired_sessions: { table: "sessions", column: "expires_at", seconds: ENDED_SECONDS },
  revoked_sessions: { table: "sessions", column: "revoked_at", seconds: ENDED_SECONDS },
  revocations: { table: "revocations", column: "revoked_at", seconds: ENDED_SECONDS },
  rate_limits: { table: "rate_limits", column: "resets_at", seconds: 0 },
  login_addresses: { table: "login_addresses", column: "last_login_at", seconds: KNOWN_DAYS * DAY },
  events: { table: "events", column: "at", seconds: KEPT_DAYS * DAY },
  // A day longer than they can be undone, so that an undo that comes twice is still known.
  email_changes: { table: "email_changes", column: "changed_at", seconds: RESERVED_HOURS * 3_600 + DAY },
  // A code is accepted for an hour (lib/factors/own-totp.ts).
  totp_secrets: { table: "totp_secrets", column: "added_at", seconds: 3_600, where: "not is_on" },
  spent: { table: "spent", column: "expires_at", seconds: DAY },
  // Longer than a refresh token of Django's lives. While Django goes on exchanging a session's tokens, the row becomes younger.
  django_ended_sessions: { table: "django_ended_sessions", column: "tokens_void_before", seconds: 365 * DAY },
  settled_mails: { table: "mails", column: "settled_at", seconds: DAY, where: "outcome <> 'failed'" },
  // An operator may have failed mails tried again.
  failed_mails: { table: "mails", column: "settled_at", seconds: 30 * DAY, where: "outcome = 'failed'" },
} satisfies Record<string, Kind>;

export type Prunable = keyof typeof PRUNABLE;
export const PRUNABLES = Object.keys(PRUNABLE) as Prunable[];

/** How many rows one statement deleted, and the time at which the next statement continues. */
export type Batch = { count: number; until: Date | null };

/**
 * Deletes the oldest prunable rows of a table, at most `size`. Simultaneous statements delete different rows: each skips the
 * rows that another has locked.
 * @param from where the last batch ended. A long transaction elsewhere keeps deleted rows in the index: without this start
 *   each batch would read all rows deleted before it
 */
export async function pruneBatch(db: Database, what: Prunable, size: number, from: Date | null): Promise<Batch> {
  const { table, column, seconds, where = "true" }: Kind = PRUNABLE[what];
  const rows = await db.query<Batch>(
    `with pruned as (
       delete from ${table} where ctid = any(array(
         select ctid from ${table}
         where ${column} < now() - make_interval(secs => $1) and ${column} >= coalesce($3::timestamptz, '-infinity') and ${where}
         order by ${column} limit $2
         for update skip locked
       )) returning ${column} as ended_at
     )
     select count(*)::int as count, max(ended_at) as until from pruned`,
    [seconds, size, from],
  );
  return rows[0] ?? { count: 0, until: null };
}
