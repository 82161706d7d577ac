import { lockUser } from "#db/email-addresses.ts";
import { listSessions } from "#db/list-sessions.ts";
import type { Database } from "#db/pool.ts";
import { revokeSessionsOf, type SessionChoice } from "#db/session-ends.ts";
import { rememberEvent } from "#lib/auth/account-events.ts";
import { rememberRevocation } from "#lib/auth/revocations.ts";
import { record } from "#lib/observe/events.ts";

/**
 * Ends sessions of a user: on other devices, or by an operator. All workers refuse their refresh tokens at once; other workers
 * refuse their access tokens after their next poll.
 * @returns the ids of the sessions that were ended, and of those the ones that `listSessions` would have listed
 */
export async function endSessions(
  db: Database,
  userId: number,
  choice: SessionChoice,
): Promise<{ ended: string[]; listed: string[] }> {
  const outcome = await db.transaction(async (part) => {
    // A change of the account locks the user, then ends sessions. In another order here the two transactions would wait for each other.
    await lockUser(part, userId);
    const inUse = new Set((await listSessions(part, userId)).map(({ id }) => id));
    const ended = await revokeSessionsOf(part, userId, choice);
    const listed = ended.filter((id) => inUse.has(id));
    if (listed.length > 0) await rememberEvent(part, userId, "session_ended");
    return { ended, listed };
  });
  for (const id of outcome.ended) {
    rememberRevocation(id);
    record("revocation", { user_id: userId, session: id });
  }
  return outcome;
}
