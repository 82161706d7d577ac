import "server-only";

import type { Database } from "#db/pool.ts";
import { listLinked, unlinkAccount } from "#db/provider-accounts.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { AppError } from "#lib/errors.ts";
import { changeWaysIn } from "#lib/factors/change-ways-in.ts";
import { requireAnotherWayIn } from "#lib/factors/require-another-way-in.ts";
import { record } from "#lib/observe/events.ts";

/**
 * Removes the viewer's account at a provider, and ends all other sessions.
 * @throws {AppError} `not_found` if there is none; `last_way_in` if nothing else would open the account
 */
export async function unlinkProvider(db: Database, viewer: Viewer, provider: string): Promise<void> {
  const { userId } = viewer;
  await changeWaysIn(db, viewer, "provider_unlinked", async (part) => {
    const linked = await listLinked(part, userId);
    if (!linked.some((each) => each.provider === provider)) throw new AppError("not_found");
    await requireAnotherWayIn(part, userId, { provider });
    await unlinkAccount(part, userId, provider);
    return { what: provider, outcome: undefined };
  });
  record("provider_unlinked", { user_id: userId, provider });
}
