import type { Database } from "#db/pool.ts";
import { revokeSessionsOf } from "#db/session-ends.ts";
import { rememberEvent } from "#lib/auth/account-events.ts";
import { clientFacts } from "#lib/auth/client-facts.ts";
import { post } from "#lib/mail/letter.ts";
import { type WayInChange, wayInChanged } from "#lib/mail/letters/way-in-changed.ts";

/** Whose account it is, and the session that goes on; null: none does, as when an operator acts. */
export type Owner = { userId: number; sessionId: string | null; isByOperator?: boolean };

/** A change of what opens an account. `what`: a provider's id, or a passkey's name. `email`: the account's address, if it has one */
export type Change = { event: WayInChange; what?: string; email: string | null };

/**
 * What follows a change of what opens an account: the event, the mail to its owner, and the end of all other sessions.
 * @param db the transaction of the change
 * @returns the ids of the sessions that ended
 */
export async function tellOfChange(
  db: Database,
  { userId, sessionId, isByOperator = false }: Owner,
  { event, what, email }: Change,
): Promise<string[]> {
  await rememberEvent(db, userId, event);
  const { address, device } = clientFacts();
  const facts = { change: event, what: what ?? null, address, device, isByOperator };
  await post(db, wayInChanged, { address: email, userId, facts });
  return revokeSessionsOf(db, userId, sessionId === null ? { all: true } : { allBut: sessionId });
}
