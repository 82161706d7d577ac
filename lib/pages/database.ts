import "server-only";

import { DEADLINE_MS } from "#db/connection/deadline.ts";
import { type Database, database } from "#db/pool.ts";
import { withDeadline } from "#db/with-deadline.ts";
import { currentRequest } from "#lib/observe/request-context.ts";

/**
 * The database for a page. All statements for one page, in proxy.ts and in the render, share the deadline of one statement, so
 * that a page answers 503 within 2 s.
 */
export function pageDatabase(): Database {
  const page = currentRequest();
  if (!page) return database();
  page.databaseEnd ??= performance.now() + DEADLINE_MS;
  return withDeadline(database(), page.databaseEnd);
}
