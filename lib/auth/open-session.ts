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
 * Opens a session and signs its first tokens. Every way of logging in ends here. An account that has a second factor stays closed
 * to a credential alone, also where a way of logging in forgets to ask for the factor.
 * @param spendFactor checks a second factor and uses it up, in the transaction that opens the session. A passkey is both factors
 * @throws {AppError} `no_active_account` if the user was disabled or deleted, the credential removed, or a second factor added, since
 *   they were checked; what `spendFactor` throws
 */
export async function openSession(
  db: Database,
  userId: number,
  credential: Credential,
  spendFactor?: (part: Database) => Promise<void>,
): Promise<Tokens> {
  const id = randomBytes(16).toString("base64url");
  const isFactorProved = spendFactor !== undefined;
  const [lifetime, client] = [config().SESSION_LIFETIME, clientFacts()];
  const open = async (part: Database) => {
    await spendFactor?.(part);
    const opened = await insertSession(part, { id, userId, lifetime, credential, isFactorProved, client });
    if (!opened) throw new AppError("no_active_account");
    return opened;
  };
  const session = await (spendFactor ? db.transaction(open) : open(db));
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
