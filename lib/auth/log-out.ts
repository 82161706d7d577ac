import "server-only";

import type { Database } from "@/db/pool";
import { authenticate, type CredentialHeaders, findViewer, isUnauthenticated } from "./authenticate";
import { readCookies } from "./cookies";
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

async function byRefreshCookie(db: Database, { cookie }: CredentialHeaders, refusal: unknown) {
  if (!isUnauthenticated(refusal)) throw refusal;
  for (const presented of readCookies(cookie, "refresh")) {
    const session = await findRefreshable(db, presented);
    if (session) return { sessionId: session.id, userId: session.user_id };
  }
  // A header that was refused says nothing about the access cookie that came along.
  refusal.clearsCookies = (await findViewer(db, cookie)) === null;
  throw refusal;
}
