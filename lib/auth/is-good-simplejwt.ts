import "server-only";

import type { Database } from "#db/pool.ts";
import { findLivingSession } from "#db/rotate-session.ts";
import { findDjangoSession, isAdoptable } from "#db/simplejwt-sessions.ts";
import { adoptable, leadsToOwnSession } from "./adopt-session.ts";
import { isAccepted } from "./refresh-session.ts";
import { isCurrent, readSimplejwt, type SimplejwtToken } from "./simplejwt-tokens.ts";

/**
 * Whether one of simplejwt's tokens would be accepted where it belongs. Nothing changes: no session is opened for it.
 * @throws {AppError} `unavailable` while that can't be known
 */
export async function isGoodSimplejwt(db: Database, presented: string): Promise<boolean> {
  const token = readSimplejwt(presented);
  if (token === null || !isCurrent(token)) return false;
  return token.type === "access" ? isGoodAccess(db, token) : isGoodRefresh(db, token);
}

async function isGoodAccess(db: Database, token: SimplejwtToken): Promise<boolean> {
  if (token.continued) return (await findLivingSession(db, token.continued.sid))?.user_id === token.userId;
  const found = await findDjangoSession(db, token);
  return found?.lives ?? isAdoptable(db, adoptable(token));
}

async function isGoodRefresh(db: Database, token: SimplejwtToken): Promise<boolean> {
  const ours = (await leadsToOwnSession(db, token)) ? null : token.continued;
  const session = await findLivingSession(db, ours?.sid ?? token.ownSession);
  if (session) return isAccepted(session, ours?.gen ?? 0);
  return ours === null && isAdoptable(db, adoptable(token));
}
