import "server-only";

import { findLinkedUser } from "#db/auth-js-adapter.ts";
import { advanceSession } from "#db/rotate-session.ts";
import { sessionCookies } from "#lib/auth/cookies.ts";
import { tokensOf } from "#lib/auth/open-session.ts";
import { findProofMethods } from "#lib/auth/proof-methods.ts";
import { refreshGraceSeconds } from "#lib/config.ts";
import { record } from "#lib/observe/events.ts";
import { isOfViewer } from "./flow.ts";
import type { Identity } from "./identity.ts";
import type { Arrival, Walk, WalkFailure } from "./walk.ts";

/** How far a provider's clock may be behind ours. */
const CLOCK_TOLERANCE_SECONDS = 60;

/**
 * Takes a login at a provider for the proof that the holder of a session is the account's owner.
 * @param authTime when the person logged in there, in seconds: it must be after this walk began (ASVS 6.8.4)
 */
export async function proveAtArrival(
  { db, viewer, flow }: Walk,
  identity: Identity,
  authTime: number | null,
): Promise<Arrival | WalkFailure> {
  if (!viewer || !isOfViewer(flow, viewer)) return "session_over";
  const user = await findLinkedUser(db, identity);
  if (user?.id !== viewer.userId) return "other_account";
  if (authTime === null || authTime < flow.iat - CLOCK_TOLERANCE_SECONDS) return "not_fresh";
  // A second factor may have been added meanwhile.
  if (!(await findProofMethods(db, viewer.userId)).includes("provider")) return "not_fresh";
  const session = await advanceSession(db, { id: viewer.sessionId, grace: refreshGraceSeconds(), isProved: true });
  if (!session) return "session_over";
  record("reauthentication", { user_id: viewer.userId, session: viewer.sessionId });
  const path = `/account?${new URLSearchParams({ confirmed: identity.provider })}`;
  return { path, cookies: sessionCookies(tokensOf(session)) };
}
