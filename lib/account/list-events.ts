import "server-only";

import { listEvents as listRows } from "#db/events.ts";
import type { Database } from "#db/pool.ts";
import { type EventPage, eventPage } from "#lib/answers.ts";

const PAGE = 50;

/** What happened to an account, the latest first. @param before only events with a smaller id; undefined for the latest */
export async function listEvents(db: Database, userId: number, before: number | undefined): Promise<EventPage> {
  // One more than a page tells whether there is another page.
  const rows = await listRows(db, userId, before ?? null, PAGE + 1);
  const page = rows.slice(0, PAGE).map(({ at, ...event }) => ({ ...event, at: at.toISOString() }));
  const next = rows.length > PAGE ? (page.at(-1)?.id ?? null) : null;
  return eventPage.parse({ results: page, next });
}
