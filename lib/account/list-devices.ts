import "server-only";

import { listSessions } from "#db/list-sessions.ts";
import type { Database } from "#db/pool.ts";
import type { Session } from "#lib/answers.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";

/** The viewer's living sessions, the latest used first: where the account is signed in. */
export async function listDevices(db: Database, { userId, sessionId }: Viewer): Promise<Session[]> {
  const sessions = await listSessions(db, userId);
  return sessions.map(({ id, created_at, last_used_at, expires_at, address, device }) => ({
    id,
    current: id === sessionId,
    created_at: created_at.toISOString(),
    last_used_at: last_used_at.toISOString(),
    expires_at: expires_at.toISOString(),
    address,
    device,
  }));
}
