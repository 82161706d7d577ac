import "server-only";

import { deletePasskeys } from "#db/passkeys.ts";
import type { Database } from "#db/pool.ts";
import { unlinkAll } from "#db/provider-accounts.ts";
import { removeSecondFactor } from "#db/totp.ts";
import { rememberEvent } from "./account-events.ts";

/**
 * Removes the providers and passkeys that open an account, and its second factor: an intruder may have added them.
 * @param db the transaction of the owner's proof, such as a recovery
 * @param after only what was added after this moment
 */
export async function removeWaysIn(db: Database, userId: number, after: Date | null = null): Promise<void> {
  const providers = await unlinkAll(db, userId, after);
  const passkeys = await deletePasskeys(db, userId, after);
  const isTotpRemoved = await removeSecondFactor(db, userId, after);
  for (let count = 0; count < providers.length; count += 1) await rememberEvent(db, userId, "provider_unlinked");
  for (let count = 0; count < passkeys; count += 1) await rememberEvent(db, userId, "passkey_removed");
  if (isTotpRemoved) await rememberEvent(db, userId, "totp_removed");
}
