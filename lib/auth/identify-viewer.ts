import "server-only";

import type { Database } from "#db/pool.ts";
import { AppError } from "#lib/errors.ts";
import { OUTAGE_RETRY_SECONDS } from "#lib/settings/waits.ts";
import { findViewer, type Viewer } from "./authenticate.ts";
import { readCookies } from "./cookies.ts";
import { verifyPresented } from "./presented-refresh.ts";

/**
 * Identifies a page's viewer by the cookies; null is a visitor.
 * @throws {Error} `isOutage` when the request carries credentials, and the database can't be asked about them
 */
export async function identifyViewer(db: Database, cookie: string | null): Promise<Viewer | null> {
  const viewer = await findViewer(db, cookie);
  if (viewer === null) refuseToGuess(cookie);
  return viewer;
}

// proxy.ts has already renewed or cleared the cookies if it could. A refresh token that is still there, with a valid
// signature, could not be exchanged because of an outage: its holder is probably signed in, and must not see a login form.
function refuseToGuess(cookie: string | null): void {
  const isGood = readCookies(cookie, "refresh").some((token) => verifyPresented(token).ok);
  if (isGood) throw new AppError("unavailable", { retryAfter: OUTAGE_RETRY_SECONDS });
}
