import "server-only";

import type { Database } from "#db/pool.ts";
import { AppError, type ErrorCode } from "#lib/errors.ts";
import { bearerParts } from "./bearer-token.ts";
import { readCookies } from "./cookies.ts";
import { hasSessionEnded } from "./revocations.ts";
import { findSimplejwtViewer } from "./simplejwt-access.ts";
import { type AccessClaims, type Refused, verifyAccessToken } from "./tokens.ts";

/** The signed-in user of a request, and the session that the request belongs to. */
export type Viewer = { userId: number; username: string; sessionId: string };

/** The headers that credentials arrive in. */
export type CredentialHeaders = { authorization: string | null; cookie: string | null };

const UNAUTHENTICATED: ReadonlySet<ErrorCode> = new Set([
  "not_authenticated",
  "bad_authorization_header",
  "access_token_not_valid",
]);

/**
 * Finds the viewer by the access token: the one in `Authorization: Bearer` if that header is there, else the cookie's. Of
 * several cookies with the name, the first good one counts.
 * @throws {AppError} `not_authenticated`, `bad_authorization_header` or `access_token_not_valid`
 */
export async function authenticate(db: Database, headers: CredentialHeaders): Promise<Viewer> {
  const bearer = bearerParts(headers.authorization);
  if (bearer && bearer.length > 1) throw new AppError("bad_authorization_header");
  let refused: Refused | undefined;
  for (const presented of bearer ?? readCookies(headers.cookie, "access")) {
    const checked = await checkAccessToken(db, presented, headers.cookie);
    if ("userId" in checked) return checked;
    refused ??= checked;
  }
  throw refused ? new AppError("access_token_not_valid", { reason: refused.reason }) : new AppError("not_authenticated");
}

/** Finds the viewer by the access cookie alone. Null if it is missing or refused. */
export async function findViewer(db: Database, cookie: string | null): Promise<Viewer | null> {
  try {
    return await authenticate(db, { authorization: null, cookie });
  } catch (error) {
    if (isUnauthenticated(error)) return null;
    throw error;
  }
}

/** Whether `authenticate` refused the credentials. False if it could not check them. */
export function isUnauthenticated(error: unknown): error is AppError {
  return error instanceof AppError && UNAUTHENTICATED.has(error.code);
}

async function checkAccessToken(db: Database, presented: string, cookie: string | null): Promise<Viewer | Refused> {
  const token = verifyAccessToken(presented);
  const viewer = token.ok ? viewerOf(token.claims) : ((await findSimplejwtViewer(db, presented, cookie)) ?? token);
  if ("ok" in viewer) return viewer;
  const { sessionId: id, userId } = viewer;
  return (await hasSessionEnded(db, { id, userId })) ? { ok: false, reason: "invalid" } : viewer;
}

function viewerOf({ user_id: userId, username, sid: sessionId }: AccessClaims): Viewer {
  return { userId, username, sessionId };
}
