import "server-only";

import type { Database } from "#db/pool.ts";
import { findLivingSession } from "#db/rotate-session.ts";
import type { SessionRow } from "#db/sessions.ts";
import { findDjangoSession } from "#db/simplejwt-sessions.ts";
import { config } from "#lib/config.ts";
import { perProcess } from "#lib/per-process.ts";
import { acceptsSimplejwt } from "./accepts-simplejwt.ts";
import { adopt, adoptable, findPresentedSession } from "./adopt-session.ts";
import { giveCookies } from "./adopted-cookies.ts";
import type { Viewer } from "./authenticate.ts";
import { now } from "./clock.ts";
import { readCookies } from "./cookies.ts";
import { tokensOf } from "./open-session.ts";
import { verifyPresented } from "./presented-refresh.ts";
import { isCurrent, readSimplejwt, type SimplejwtToken } from "./simplejwt-tokens.ts";
import { type Refused, verifyAccessToken } from "./tokens.ts";

type Presented = { token: SimplejwtToken; cookie: string | null };
/** Times in seconds by the database's clock. */
type Known = { viewer: Viewer; exp: number; foundAt: number };

// The session of a token is looked up once. All bundles of a process share what one has found.
const known = perProcess("simplejwt-access", () => new Map<string, Known>());
const REMEMBERED_TOKENS = 5_000;

/**
 * Finds the viewer by one of simplejwt's access tokens. If it belongs to no session yet, it opens one, and the answer to the request
 * sets its cookies. Whether the session has ended since is not asked here.
 * @param cookie the request's `Cookie` header, for the refresh token that came with the access token
 * @returns null if simplejwt did not sign it, or outside of the period
 */
export async function findSimplejwtViewer(
  db: Database,
  presented: string,
  cookie: string | null,
): Promise<Viewer | Refused | null> {
  if (!acceptsSimplejwt()) return null;
  const before = known.get().get(presented);
  if (before && isFresh(before)) return before.viewer;
  const token = readSimplejwt(presented);
  if (token === null) return null;
  if (token.type !== "access") return { ok: false, reason: "wrong_type" };
  const session = isCurrent(token) ? await findSession(db, { token, cookie }) : null;
  if (session?.user_id !== token.userId) return { ok: false, reason: "invalid" };
  setCookies(session, { token, cookie });
  const viewer = { userId: session.user_id, username: session.username, sessionId: session.id };
  remember(presented, { viewer, exp: token.exp, foundAt: now().getTime() / 1_000 });
  return viewer;
}

// The list of revocations covers one access token's lifetime. A token that lives longer is looked up again.
function isFresh({ exp, foundAt }: Known): boolean {
  const time = now().getTime() / 1_000;
  return exp > time && foundAt + config().ACCESS_TOKEN_LIFETIME > time;
}

async function findSession(db: Database, presented: Presented): Promise<SessionRow | null> {
  const { token } = presented;
  if (token.continued) return (await findLivingSession(db, token.continued.sid)) ?? findCompanion(db, presented);
  const found = await findDjangoSession(db, token);
  const session = found?.lives ? found : await findCompanion(db, presented);
  // If the only session that the token belongs to has ended, its person has logged out, here or there.
  if (session || found) return session;
  return (await adopt(db, adoptable(token), 0)) ?? findLivingSession(db, token.ownSession);
}

// The session of the refresh token that came with the access token. That one stays current: the client has no other yet.
async function findCompanion(db: Database, { token, cookie }: Presented): Promise<SessionRow | null> {
  for (const refresh of readCookies(cookie, "refresh")) {
    const read = verifyPresented(refresh);
    if (!read.ok || read.claims.user_id !== token.userId) continue;
    const claims = await findPresentedSession(db, read.claims, { isExchanged: false });
    const session = await findLivingSession(db, claims.sid);
    if (session) return session;
  }
  return null;
}

// Until its first rotation the session may have no client that keeps its cookies. A later refresh token is only for the client that
// exchanged the one before.
function setCookies(session: SessionRow, presented: Presented): void {
  const isFirst = session.generation === 0 && presented.token.continued === null;
  if (isFirst && !holdsAnother(presented)) giveCookies(tokensOf(session));
}

// Whether the cookies are another person's. Then the access token came in the header.
function holdsAnother({ token, cookie }: Presented): boolean {
  const users = [
    ...readCookies(cookie, "refresh").map((refresh) => verifyPresented(refresh)),
    ...readCookies(cookie, "access").map((access) => verifyAccessToken(access)),
  ];
  return users.some((read) => read.ok && read.claims.user_id !== token.userId);
}

function remember(presented: string, found: Known): void {
  const all = known.get();
  const oldest = all.keys().next().value;
  if (oldest !== undefined && all.size >= REMEMBERED_TOKENS) all.delete(oldest);
  all.set(presented, found);
}
