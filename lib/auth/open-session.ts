import "server-only";

import { randomBytes } from "node:crypto";
import type { Database } from "#db/pool.ts";
import { type Credential, insertSession, type SessionRow } from "#db/sessions.ts";
import { config } from "#lib/config.ts";
import { AppError } from "#lib/errors.ts";
import { record } from "#lib/observe/events.ts";
import { clientFacts } from "./client-facts.ts";
import { signTokens, type Tokens } from "./tokens.ts";

/**
 * Opens a session and signs its first tokens. Every way of logging in ends here.
 * @throws {AppError} `no_active_account` if the user was disabled or deleted, or the credential removed, since it was checked
 */
export async function openSession(db: Database, userId: number, credential: Credential): Promise<Tokens> {
  const id = randomBytes(16).toString("base64url");
  const client = clientFacts();
  const session = await insertSession(db, { id, userId, lifetime: config().SESSION_LIFETIME, credential, client });
  if (!session) throw new AppError("no_active_account");
  record("login", { user_id: userId, session: id });
  if (session.is_new_device) record("new_device", { user_id: userId, session: id });
  return tokensOf(session);
}

/** The tokens of a session at its current generation. */
export function tokensOf(session: SessionRow): Tokens {
  return signTokens({
    sessionId: session.id,
    generation: session.generation,
    rotatedAt: session.rotated_at,
    sessionExpiresAt: session.expires_at,
    userId: session.user_id,
    username: session.username,
  });
}
