import "server-only";

import type { Database } from "#db/pool.ts";
import { AppError, type ErrorCode } from "#lib/errors.ts";
import { bearerParts } from "./bearer-token.ts";
import { readCookies } from "./cookies.ts";
import { isSessionOver } from "./revocations.ts";
import { type Refused, verifyAccessToken } from "./tokens.ts";

/** Who is asking, and in which of their sessions. */
export type Viewer = { userId: number; username: string; sessionId: string };

/** The headers that credentials arrive in. */
export type CredentialHeaders = { authorization: string | null; cookie: string | null };

const UNAUTHENTICATED: ReadonlySet<ErrorCode> = new Set([
  "not_authenticated",
  "bad_authorization_header",
  "access_token_not_valid",
]);

/**
 * The viewer that a request's access token names: from `Authorization: Bearer` if it is there, else from the cookie. Of
 * several cookies of the name the first that is good counts.
 * @throws {AppError} `not_authenticated`, `bad_authorization_header` or `access_token_not_valid`
 */
export async function authenticate(db: Database, headers: CredentialHeaders): Promise<Viewer> {
  const bearer = bearerParts(headers.authorization);
  if (bearer && bearer.length > 1) throw new AppError("bad_authorization_header");
  let refused: Refused | undefined;
  for (const presented of bearer ?? readCookies(headers.cookie, "access")) {
    const judged = await judge(db, presented);
    if ("userId" in judged) return judged;
    refused ??= judged;
  }
  throw refused ? new AppError("access_token_not_valid", { reason: refused.reason }) : new AppError("not_authenticated");
}

/** The viewer by the access cookie alone, or null where it is not good. */
export async function findViewer(db: Database, cookie: string | null): Promise<Viewer | null> {
  try {
    return await authenticate(db, { authorization: null, cookie });
  } catch (error) {
    if (isUnauthenticated(error)) return null;
    throw error;
  }
}

/** Whether `authenticate` found nobody, as opposed to not having been able to look. */
export function isUnauthenticated(error: unknown): error is AppError {
  return error instanceof AppError && UNAUTHENTICATED.has(error.code);
}

async function judge(db: Database, presented: string): Promise<Viewer | Refused> {
  const token = verifyAccessToken(presented);
  if (!token.ok) return token;
  const { user_id: userId, username, sid: sessionId } = token.claims;
  if (await isSessionOver(db, { id: sessionId, userId })) return { ok: false, reason: "invalid" };
  return { userId, username, sessionId };
}
