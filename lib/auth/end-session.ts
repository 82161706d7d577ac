import "server-only";

import type { Database } from "#db/pool.ts";
import { revokeSession } from "#db/sessions.ts";
import { record } from "#lib/observe/events.ts";
import { rememberRevocation } from "./revocations.ts";

/** Ends a session. All workers refuse its refresh token at once; other workers refuse its access token after their next poll. */
export async function endSession(db: Database, session: { sessionId: string; userId: number }): Promise<void> {
  await revokeSession(db, session.sessionId);
  rememberRevocation(session.sessionId);
  record("revocation", { user_id: session.userId, session: session.sessionId });
}
