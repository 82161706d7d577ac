import "server-only";

import { linkAccount } from "#db/auth-js-adapter.ts";
import { isLinkTaken } from "#db/provider-accounts.ts";
import { AppError } from "#lib/errors.ts";
import { changeWaysIn } from "#lib/factors/change-ways-in.ts";
import { record } from "#lib/observe/events.ts";
import { isOfViewer } from "./flow.ts";
import type { Identity } from "./identity.ts";
import type { Arrival, Walk, WalkFailure } from "./walk.ts";

/**
 * Links an account at a provider to the viewer's. It is a new way in, so all other sessions end. This one goes on with the tokens
 * that it has.
 */
export async function linkAtArrival({ db, viewer, flow }: Walk, identity: Identity): Promise<Arrival | WalkFailure> {
  if (!viewer || !isOfViewer(flow, viewer)) return "session_over";
  try {
    await changeWaysIn(db, viewer, "provider_linked", async (part) => {
      await linkAccount(part, viewer.userId, identity);
      return { what: identity.provider, outcome: undefined };
    });
  } catch (error) {
    if (isLinkTaken(error)) return "already_linked";
    if (error instanceof AppError && error.code === "access_token_not_valid") return "session_over";
    throw error;
  }
  record("provider_linked", { user_id: viewer.userId, provider: identity.provider });
  return { path: `/account?${new URLSearchParams({ linked: identity.provider })}`, cookies: [] };
}
