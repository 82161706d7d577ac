import "server-only";

import { linkAccount } from "#db/auth-js-adapter.ts";
import { findAddressState, lockUser } from "#db/email-addresses.ts";
import type { Database } from "#db/pool.ts";
import { isLinkTaken } from "#db/provider-accounts.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { rememberRevocation } from "#lib/auth/revocations.ts";
import { record } from "#lib/observe/events.ts";
import { isOfViewer } from "./flow.ts";
import type { Identity } from "./identity.ts";
import { tellOfChange } from "./tell-of-change.ts";
import type { Arrival, Walk, WalkFailure } from "./walk.ts";

/**
 * Links an account at a provider to the viewer's. It is a new way in, so all other sessions end. This one goes on with the tokens
 * that it has.
 */
export async function linkAtArrival({ db, viewer, flow }: Walk, identity: Identity): Promise<Arrival | WalkFailure> {
  if (!viewer || !isOfViewer(flow, viewer)) return "session_over";
  try {
    const ended = await db.transaction((part) => link(part, viewer, identity));
    if (ended === null) return "session_over";
    ended.forEach(rememberRevocation);
  } catch (error) {
    if (isLinkTaken(error)) return "already_linked";
    throw error;
  }
  record("provider_linked", { user_id: viewer.userId, provider: identity.provider });
  return { path: `/account?${new URLSearchParams({ linked: identity.provider })}`, cookies: [] };
}

/** @returns the ids of the sessions that ended; null if the user has been deleted */
async function link(db: Database, viewer: Viewer, identity: Identity): Promise<string[] | null> {
  const { userId } = viewer;
  await lockUser(db, userId);
  const account = await findAddressState(db, userId);
  if (!account?.is_active) return null;
  await linkAccount(db, userId, identity);
  return tellOfChange(db, viewer, { event: "provider_linked", provider: identity.provider, email: account.email });
}
