import "server-only";

import { lockUser } from "#db/email-addresses.ts";
import type { Database } from "#db/pool.ts";
import { revokeCompanions } from "#db/simplejwt-sessions.ts";
import { AppError } from "#lib/errors.ts";
import type { LogOutValues } from "#lib/schemas.ts";
import { acceptsSimplejwt } from "./accepts-simplejwt.ts";
import { authenticate, type CredentialHeaders, findViewer, isUnauthenticated, type Viewer } from "./authenticate.ts";
import { readCookies } from "./cookies.ts";
import { endSession } from "./end-session.ts";
import { verifyPresented } from "./presented-refresh.ts";
import { findRefreshable } from "./refresh-session.ts";
import { rememberRevocation } from "./revocations.ts";

/** Ends the viewer's session, and no other of the user's sessions. */
export async function logOut(db: Database, leaver: Viewer): Promise<void> {
  await endSession(db, leaver, "logged_out");
}

/**
 * Ends what else a login at Django has opened: its access token can open a session of its own, where its refresh token was not seen
 * before. So the sessions of refresh tokens that come along at the logout end, and those that access tokens of the login opened.
 * @param sent the body's token
 */
export async function logOutOfDjango(
  db: Database,
  leaver: Viewer,
  cookie: string | null,
  sent: string | undefined,
): Promise<void> {
  if (!acceptsSimplejwt()) return;
  const tokens = [...readCookies(cookie, "refresh"), ...(sent === undefined ? [] : [sent])];
  for (const presented of tokens.filter(isSimplejwt)) {
    const session = await findFirst(db, [presented]);
    if (session?.userId === leaver.userId) await logOut(db, session);
  }
  await endCompanions(db, leaver);
}

/** Ends the sessions that access tokens of a session's login at Django opened, and that no client has gone on with. */
export async function endCompanions(db: Database, session: { sessionId: string; userId: number }): Promise<void> {
  if (!acceptsSimplejwt()) return;
  const ended = await db.transaction(async (part) => {
    await lockUser(part, session.userId);
    return revokeCompanions(part, session);
  });
  ended.forEach(rememberRevocation);
}

/**
 * Finds the viewer by the access token. If that is missing, expired or broken, by a refresh token that a refresh would accept:
 * the cookie's first, then the body's. So a user can log out as long as the session lives. The cookie comes before the body,
 * so that an access cookie that has just expired does not change which session ends.
 * @throws {AppError} as `authenticate` does, if there is no good token; `invalid_input` if the body's `refresh` is no string
 */
export async function findLeaver(db: Database, headers: CredentialHeaders, body: () => Promise<unknown>): Promise<Viewer> {
  try {
    return await authenticate(db, headers);
  } catch (refusal) {
    if (!isUnauthenticated(refusal)) throw refusal;
    const leaver =
      (await findFirst(db, readCookies(headers.cookie, "refresh"))) ?? (await findFirst(db, await presentedIn(body)));
    if (leaver) return leaver;
    // A header or a body was refused: the access cookie may still be good.
    refusal.clearsCookies = (await findViewer(db, headers.cookie)) === null;
    throw refusal;
  }
}

/** Ends the session of these cookies, if there is one: they are about to be replaced or cleared. */
export async function logOutHolder(db: Database, cookie: string | null): Promise<void> {
  try {
    await logOut(db, await findLeaver(db, { authorization: null, cookie }, async () => ({})));
  } catch (error) {
    if (!isUnauthenticated(error)) throw error;
  }
}

function isSimplejwt(presented: string): boolean {
  const token = verifyPresented(presented);
  return token.ok && token.claims.simplejwt !== null;
}

async function findFirst(db: Database, refreshTokens: string[]): Promise<Viewer | null> {
  for (const presented of refreshTokens) {
    const session = await findRefreshable(db, presented);
    if (session) return { userId: session.user_id, username: session.username, sessionId: session.id };
  }
  return null;
}

// An unreadable body holds no token: the answer is 401, which comes before the refusals of bodies.
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
