import "server-only";

import { findAddressState, lockUser } from "#db/email-addresses.ts";
import { hasPassword } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import { listLinked, unlinkAccount } from "#db/provider-accounts.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { isConfigured } from "#lib/auth/providers.ts";
import { rememberRevocation } from "#lib/auth/revocations.ts";
import { AppError } from "#lib/errors.ts";
import { record } from "#lib/observe/events.ts";
import { tellOfChange } from "./tell-of-change.ts";

/**
 * Removes the viewer's account at a provider, and ends all other sessions.
 * @throws {AppError} `not_found` if there is none; `last_way_in` if nothing else would open the account
 */
export async function unlinkProvider(db: Database, viewer: Viewer, provider: string): Promise<void> {
  const ended = await db.transaction((part) => unlink(part, viewer, provider));
  ended.forEach(rememberRevocation);
  record("provider_unlinked", { user_id: viewer.userId, provider });
}

async function unlink(db: Database, viewer: Viewer, provider: string): Promise<string[]> {
  const { userId } = viewer;
  // Two removals at once would each see the other's way in.
  await lockUser(db, userId);
  const account = await findAddressState(db, userId);
  const linked = await listLinked(db, userId);
  if (!account || !linked.some((each) => each.provider === provider)) throw new AppError("not_found");
  const isOther = linked.some((each) => each.provider !== provider && isConfigured(each.provider));
  if (!isOther && !(await hasPassword(db, userId))) throw new AppError("last_way_in");
  await unlinkAccount(db, userId, provider);
  return tellOfChange(db, viewer, { event: "provider_unlinked", provider, email: account.email });
}
