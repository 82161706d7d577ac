import "server-only";

import { type Export, exportUser } from "#db/export.ts";
import type { Database } from "#db/pool.ts";
import { rememberEvent } from "#lib/auth/account-events.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";

/** All that is kept about the viewer, without hashes and secrets, as JSON. That it was exported is an event, which is in it. */
export function exportAccount(db: Database, { userId }: Viewer): Promise<Export> {
  return db.transaction(async (part) => {
    await rememberEvent(part, userId, "exported");
    return exportUser(part, userId);
  });
}
