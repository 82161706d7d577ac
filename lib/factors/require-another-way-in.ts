import "server-only";

import { listPasskeys } from "#db/passkeys.ts";
import { hasPassword } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import { listLinked } from "#db/provider-accounts.ts";
import { isConfigured } from "#lib/auth/providers.ts";
import { AppError } from "#lib/errors.ts";

/**
 * Refuses to remove what alone opens an account: a password, a provider that is switched on, or a passkey.
 * @param db the transaction of the removal, which has locked the user
 * @throws {AppError} `last_way_in`
 */
export async function requireAnotherWayIn(
  db: Database,
  userId: number,
  removed: { provider: string } | { passkey: number },
): Promise<void> {
  if (await hasPassword(db, userId)) return;
  const [provider, passkey] = ["provider" in removed ? removed.provider : null, "passkey" in removed ? removed.passkey : null];
  const linked = await listLinked(db, userId);
  if (linked.some((each) => each.provider !== provider && isConfigured(each.provider))) return;
  if ((await listPasskeys(db, userId)).some(({ id }) => id !== passkey)) return;
  throw new AppError("last_way_in");
}
