import "server-only";

import { DEADLINE_MS } from "#db/connection/deadline.ts";
import type { Database } from "#db/pool.ts";
import type { SessionRow } from "#db/sessions.ts";
import { type Adoptable, adoptSession, isFromAfterEnd, noteDjangoToken } from "#db/simplejwt-sessions.ts";
import { config } from "#lib/config.ts";
import { AppError } from "#lib/errors.ts";
import { record } from "#lib/observe/events.ts";
import { clientFacts } from "./client-facts.ts";
import { now } from "./clock.ts";
import type { PresentedRefresh } from "./presented-refresh.ts";
import type { SimplejwtToken } from "./simplejwt-tokens.ts";

/**
 * Finds out which session a refresh token is of. For a token of simplejwt's that was not seen before it opens that session. A token
 * of ours says it.
 * @param isExchanged whether the token is being exchanged: then its session begins at the next generation
 * @throws {AppError} `unavailable` if the database ran the statement after its deadline
 */
export async function findPresentedSession(
  db: Database,
  claims: PresentedRefresh,
  { isExchanged }: { isExchanged: boolean },
): Promise<PresentedRefresh> {
  const { simplejwt } = claims;
  if (simplejwt === null) return claims;
  if (!(await leadsToOwnSession(db, simplejwt))) {
    await noteDjangoToken(db, simplejwt, claims.sid);
    return claims;
  }
  await adopt(db, adoptable(simplejwt), isExchanged ? 1 : 0);
  return { ...claims, sid: simplejwt.ownSession, gen: 0, isAway: false };
}

/** Whether a token belongs to another session than it was found to belong to: Django's blacklist has ended that one since. */
export async function hasMovedOn(db: Database, { simplejwt, sid }: PresentedRefresh): Promise<boolean> {
  return simplejwt?.continued?.sid === sid && leadsToOwnSession(db, simplejwt);
}

/**
 * Whether a token of simplejwt's opens a session of its own. What Django made from one of our tokens does once Django's blacklist has
 * ended that one's session, if it was made later: a token that Django has exchanged is on the blacklist, and what it was exchanged
 * for is good.
 */
export async function leadsToOwnSession(db: Database, { continued, iat }: SimplejwtToken): Promise<boolean> {
  return continued === null || isFromAfterEnd(db, continued.sid, iat);
}

/** A token as what opens a session of its own. */
export function adoptable(token: SimplejwtToken): Adoptable {
  return { ...token, continued: token.continued?.sid ?? null };
}

/**
 * Opens the session of a token of simplejwt's that was not seen before.
 * @returns null if it was seen before, or opens no account
 * @throws {AppError} `unavailable` if the database ran the statement after its deadline
 */
export async function adopt(db: Database, token: Adoptable, generation: 0 | 1): Promise<SessionRow | null> {
  const before = new Date(now().getTime() + DEADLINE_MS);
  const lifetime = config().SESSION_LIFETIME;
  const { adopted, inTime } = await adoptSession(db, token, { generation, lifetime, before, client: clientFacts() });
  if (!adopted && !inTime) throw new AppError("unavailable", { retryAfter: 1 });
  if (adopted) record("adoption", { user_id: adopted.user_id, session: adopted.id });
  return adopted;
}
