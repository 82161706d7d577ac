import "server-only";

import { DEADLINE_MS } from "@/db/deadline";
import { type Database, database } from "@/db/pool";
import { databaseUntil } from "@/db/until";
import { currentRequest } from "../request-context";

/**
 * The database as a page asks it. All that is asked for one page, by proxy.ts before the render and by the render, gets
 * the time of one statement together: a page is a 503 within 2 s.
 */
export function pageDatabase(): Database {
  const page = currentRequest();
  if (!page) return database();
  page.databaseEnd ??= performance.now() + DEADLINE_MS;
  return databaseUntil(database(), page.databaseEnd);
}
