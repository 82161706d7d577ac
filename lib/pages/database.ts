import "server-only";

import { DEADLINE_MS } from "#db/connection/deadline.ts";
import { type Database, database } from "#db/pool.ts";
import { withDeadline } from "#db/with-deadline.ts";
import { currentRequest } from "#lib/observe/request-context.ts";

/**
 * The database as a page asks it. All that is asked for one page, by proxy.ts before the render and by the render, gets
 * the time of one statement together: a page is a 503 within 2 s.
 */
export function pageDatabase(): Database {
  const page = currentRequest();
  if (!page) return database();
  page.databaseEnd ??= performance.now() + DEADLINE_MS;
  return withDeadline(database(), page.databaseEnd);
}
