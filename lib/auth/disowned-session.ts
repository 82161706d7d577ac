import "server-only";

import type { Database } from "#db/pool.ts";
import { findEnd } from "#db/session-ends.ts";

/** A person who logs out, or just goes away, still wants what the session asked for. */
const LEFT = ["logged_out", "expired"];

/**
 * Whether a session was ended from another device, by a new password or address, after a replay or with the account. An
 * intruder may have used it, so what it asked for is void.
 */
export async function isDisowned(db: Database, sessionId: string): Promise<boolean> {
  const end = await findEnd(db, sessionId);
  return end !== null && !LEFT.includes(end);
}
