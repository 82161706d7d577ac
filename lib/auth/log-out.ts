import "server-only";

import type { Database } from "#db/pool.ts";
import { AppError } from "#lib/errors.ts";
import type { LogOutValues } from "#lib/schemas.ts";
import { authenticate, type CredentialHeaders, findViewer, isUnauthenticated, type Viewer } from "./authenticate.ts";
import { readCookies } from "./cookies.ts";
import { endSession } from "./end-session.ts";
import { findRefreshable } from "./refresh-session.ts";

/** Ends the session of this viewer, and none of the user's others. */
export async function logOut(db: Database, leaver: Viewer): Promise<void> {
  await endSession(db, leaver);
}

/**
 * The viewer that the access token names, or, where that is absent, expired or broken, a refresh token that a refresh would
 * accept: the cookie's, else the body's. So a user who is still signed in can sign out. Cookies go before the body, as access
 * tokens do: which session ends must not depend on whether its access cookie has just expired.
 * @throws {AppError} as `authenticate` does, when none is good; `invalid_input` where the body's is no token at all
 */
export async function findLeaver(db: Database, headers: CredentialHeaders, body: () => Promise<unknown>): Promise<Viewer> {
  try {
    return await authenticate(db, headers);
  } catch (refusal) {
    if (!isUnauthenticated(refusal)) throw refusal;
    const leaver =
      (await findFirst(db, readCookies(headers.cookie, "refresh"))) ?? (await findFirst(db, await presentedIn(body)));
    if (leaver) return leaver;
    // A header or a body that was refused says nothing about the access cookie that came along.
    refusal.clearsCookies = (await findViewer(db, headers.cookie)) === null;
    throw refusal;
  }
}

async function findFirst(db: Database, refreshTokens: string[]): Promise<Viewer | null> {
  for (const presented of refreshTokens) {
    const session = await findRefreshable(db, presented);
    if (session) return { userId: session.user_id, username: session.username, sessionId: session.id };
  }
  return null;
}

// A body that can't be read holds no token. The refusal for want of one comes before those of bodies.
async function presentedIn(body: () => Promise<unknown>): Promise<string[]> {
  try {
    const { refresh } = (await body()) as LogOutValues;
    return refresh === undefined ? [] : [refresh];
  } catch (error) {
    if (!(error instanceof AppError) || isAboutToken(error)) throw error;
    return [];
  }
}

function isAboutToken({ code, details }: AppError): boolean {
  return code === "invalid_input" && "refresh" in (details as AppError<"invalid_input">["details"]).fields;
}
