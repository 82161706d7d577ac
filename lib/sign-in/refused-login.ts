import "server-only";

import { insertRefusedLogin } from "#db/events.ts";
import type { Database } from "#db/pool.ts";
import { clientFacts } from "#lib/auth/client-facts.ts";
import { record } from "#lib/observe/events.ts";

/** Records a login that was refused. @param userId null where there is no such account */
export async function rememberRefusedLogin(db: Database, userId: number | null): Promise<void> {
  record("login_refused", { user_id: userId });
  await insertRefusedLogin(db, userId, clientFacts());
}
