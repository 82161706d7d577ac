import "server-only";

import { lockUser } from "#db/email-addresses.ts";
import type { Database } from "#db/pool.ts";
import { type EndReason, revokeSession } from "#db/session-ends.ts";
import { record } from "#lib/observe/events.ts";
import { rememberEvent } from "./account-events.ts";
import { rememberRevocation } from "./revocations.ts";

/** The owner's record of each way in which one session ends. */
const RECORDED = { logged_out: "logout", replayed: "replay", ended_elsewhere: "session_ended" } as const;

/** Ends a session. All workers refuse its refresh token at once; other workers refuse its access token after their next poll. */
export async function endSession(
  db: Database,
  session: { sessionId: string; userId: number },
  reason: keyof typeof RECORDED & EndReason,
): Promise<void> {
  await db.transaction(async (part) => {
    // The user before the session, as in lib/account/end-sessions.ts.
    await lockUser(part, session.userId);
    const isFirst = await revokeSession(part, session.sessionId, reason);
    if (isFirst) await rememberEvent(part, session.userId, RECORDED[reason]);
  });
  rememberRevocation(session.sessionId);
  record("revocation", { user_id: session.userId, session: session.sessionId });
}
