import "server-only";

import type { Database } from "@/db/pool";
import { AppError } from "../errors";
import { authenticate, type CredentialHeaders } from "./authenticate";
import { readCookie } from "./cookies";
import { endSession } from "./end-session";
import { findRefreshable } from "./refresh-session";

/**
 * Ends the session of the access token, or, where that is absent, expired or broken, of a good refresh cookie:
 * whoever is still signed in can sign out.
 * @throws {AppError} as `authenticate` does, when neither is good
 */
export async function logOut(db: Database, headers: CredentialHeaders): Promise<void> {
  const viewer = await authenticate(db, headers).catch((error) => byRefreshCookie(db, headers, error));
  await endSession(db, viewer);
}

async function byRefreshCookie(db: Database, headers: CredentialHeaders, refusal: unknown) {
  if (!(refusal instanceof AppError)) throw refusal;
  const refresh = readCookie(headers.cookie, "refresh");
  const session = refresh === null ? null : await findRefreshable(db, refresh);
  if (session) return { sessionId: session.id, userId: session.user_id };
  refusal.clearsCookies = true;
  throw refusal;
}
