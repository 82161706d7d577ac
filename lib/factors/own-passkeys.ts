import "server-only";

import { deletePasskey, listPasskeys, type PasskeyDetails, renamePasskey } from "#db/passkeys.ts";
import type { Database } from "#db/pool.ts";
import type { PasskeyAnswer } from "#lib/answers.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { AppError } from "#lib/errors.ts";
import { record } from "#lib/observe/events.ts";
import { changeWaysIn } from "./change-ways-in.ts";
import { requireAnotherWayIn } from "./require-another-way-in.ts";

/** The viewer's passkeys, the oldest first. */
export async function ownPasskeys(db: Database, userId: number): Promise<PasskeyAnswer[]> {
  return (await listPasskeys(db, userId)).map(describePasskey);
}

/** @throws {AppError} `not_found` if the viewer has no such passkey */
export async function renameOwnPasskey(db: Database, userId: number, id: number, name: string): Promise<PasskeyAnswer> {
  const renamed = await renamePasskey(db, userId, id, name);
  if (!renamed) throw new AppError("not_found");
  return describePasskey(renamed);
}

/**
 * Removes a passkey of the viewer's, and ends all other sessions.
 * @throws {AppError} `not_found` if the viewer has no such passkey; `last_way_in` if nothing else would open the account
 */
export async function removePasskey(db: Database, viewer: Viewer, id: number): Promise<void> {
  await changeWaysIn(db, viewer, "passkey_removed", async (part) => {
    const name = await deletePasskey(part, viewer.userId, id);
    if (name === null) throw new AppError("not_found");
    await requireAnotherWayIn(part, viewer.userId, { passkey: id });
    return { what: name, outcome: undefined };
  });
  record("passkey_removed", { user_id: viewer.userId, passkey: id });
}

/** A passkey in the API's words. */
export function describePasskey({ id, name, created_at, last_used_at, is_synced }: PasskeyDetails): PasskeyAnswer {
  const last = last_used_at?.toISOString() ?? null;
  return { id, name, created_at: created_at.toISOString(), last_used_at: last, synced: is_synced };
}
