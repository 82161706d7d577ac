import { insertEvent } from "#db/events.ts";
import type { Database } from "#db/pool.ts";
import type { AccountEvent } from "#lib/event-words.ts";
import { clientFacts } from "./client-facts.ts";

/**
 * Records what happened to an account, for its owner to look through, with the client whose request is being served. Does
 * nothing if the user has been deleted.
 * @param db the transaction of the change that the event speaks of
 */
export async function rememberEvent(db: Database, userId: number, event: AccountEvent): Promise<void> {
  await insertEvent(db, userId, event, clientFacts());
}
