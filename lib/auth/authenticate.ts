import "server-only";

import type { Database } from "@/db/pool";
import { AppError } from "../errors";
import { readCookie } from "./cookies";
import { isSessionOver } from "./revocations";
import { type Refused, verifyAccessToken } from "./tokens";

/** Who is asking, and in which of their sessions. */
export type Viewer = { userId: number; username: string; sessionId: string };

/** The headers that credentials arrive in. */
export type CredentialHeaders = { authorization: string | null; cookie: string | null };

/**
 * The viewer that a request's access token names: from `Authorization: Bearer` if it is there, else from the cookie.
 * @throws {AppError} `not_authenticated`, `bad_authorization_header` or `access_token_not_valid`
 */
export async function authenticate(db: Database, headers: CredentialHeaders): Promise<Viewer> {
  const presented = bearerToken(headers.authorization) ?? readCookie(headers.cookie, "access");
  if (presented === null) throw new AppError("not_authenticated");
  const token = verifyAccessToken(presented);
  if (!token.ok) throw refusal(token.message);
  const { user_id: userId, username, sid: sessionId } = token.claims;
  if (await isSessionOver(db, { id: sessionId, userId })) throw refusal("Token is invalid or expired");
  return { userId, username, sessionId };
}

// The scheme's case does not matter (RFC 9110 §11.1); another scheme is somebody else's business.
function bearerToken(header: string | null): string | null {
  const parts = header?.trim().split(/\s+/) ?? [];
  if (parts[0]?.toLowerCase() !== "bearer") return null;
  if (parts.length !== 2 || !parts[1]) throw new AppError("bad_authorization_header");
  return parts[1];
}

function refusal(message: Refused["message"]) {
  return new AppError("access_token_not_valid", { message });
}
