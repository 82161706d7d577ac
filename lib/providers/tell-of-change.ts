import "server-only";

import type { Database } from "#db/pool.ts";
import { revokeSessionsOf } from "#db/session-ends.ts";
import { rememberEvent } from "#lib/auth/account-events.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { clientFacts } from "#lib/auth/client-facts.ts";
import { post } from "#lib/mail/letter.ts";
import { providerLinked } from "#lib/mail/letters/provider-linked.ts";
import { providerUnlinked } from "#lib/mail/letters/provider-unlinked.ts";

const LETTERS = { provider_linked: providerLinked, provider_unlinked: providerUnlinked };

/**
 * What follows a change of the ways into an account: the event, the mail to its owner, and the end of all other sessions.
 * @param db the transaction of the change
 * @param change.email the account's address
 * @returns the ids of the sessions that ended
 */
export async function tellOfChange(
  db: Database,
  { userId, sessionId }: Viewer,
  { event, provider, email }: { event: keyof typeof LETTERS; provider: string; email: string },
): Promise<string[]> {
  await rememberEvent(db, userId, event);
  const { address, device } = clientFacts();
  await post(db, LETTERS[event], { address: email, userId, facts: { provider, address, device } });
  return revokeSessionsOf(db, userId, { allBut: sessionId });
}
