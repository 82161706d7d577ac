import type { Database } from "#db/pool.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { post } from "#lib/mail/letter.ts";
import { changeEmail as letter } from "#lib/mail/letters/change-email.ts";

/**
 * Asks the owner of a new address to confirm it. Nothing changes before that. One row is written, whether or not another account
 * has the address, so that neither the answer nor its time tells.
 */
export async function changeEmail(db: Database, { userId, sessionId }: Viewer, email: string): Promise<void> {
  await post(db, letter, { address: email, userId, facts: { session: sessionId } });
}
