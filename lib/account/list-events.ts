import "server-only";

import { listEvents as listRows } from "#db/events.ts";
import type { Database } from "#db/pool.ts";
import { ACCOUNT_EVENTS, type EventPage, eventPage } from "#lib/answers.ts";

const PAGE = 50;

/**
 * What happened to an account, the latest first. Kinds of events that only a newer version of the application has are left out:
 * during an upgrade it may run beside this one, and before a downgrade it has run.
 * @param before only events with a smaller id; undefined for the latest
 */
export async function listEvents(db: Database, userId: number, before: number | undefined): Promise<EventPage> {
  // One more than a page tells whether there is another page.
  const rows = await listRows(db, userId, { known: ACCOUNT_EVENTS, before: before ?? null, most: PAGE + 1 });
  const page = rows.slice(0, PAGE).map(({ at, ...event }) => ({ ...event, at: at.toISOString() }));
  const next = rows.length > PAGE ? (page.at(-1)?.id ?? null) : null;
  return eventPage.parse({ results: page, next });
}
