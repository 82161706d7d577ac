import "server-only";

import type { Database } from "#db/pool.ts";
import { findViewer, type Viewer } from "#lib/auth/authenticate.ts";
import { readCookies } from "#lib/auth/cookies.ts";
import { verifyRefreshToken } from "#lib/auth/tokens.ts";
import { AppError } from "#lib/errors.ts";
import { OUTAGE_RETRY_SECONDS } from "#lib/settings/waits.ts";

/**
 * Who looks at a page, by its cookies; null is a visitor.
 * @throws {Error} `isOutage` when there may be a viewer, and the database can't be asked who
 */
export async function judgeViewer(db: Database, cookie: string | null): Promise<Viewer | null> {
  const viewer = await findViewer(db, cookie);
  if (viewer === null) refuseToGuess(cookie);
  return viewer;
}

// proxy.ts has renewed or cleared what it could. A refresh token that is still there, and good by its signature, could
// not be exchanged: whoever holds it is probably signed in, and must not be shown a login form.
function refuseToGuess(cookie: string | null): void {
  const isGood = readCookies(cookie, "refresh").some((token) => verifyRefreshToken(token).ok);
  if (isGood) throw new AppError("unavailable", { retryAfter: OUTAGE_RETRY_SECONDS });
}
