import "server-only";

import { hasPassword } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import { findProof } from "#db/rotate-session.ts";
import { config } from "#lib/config.ts";
import { AppError } from "#lib/errors.ts";
import type { Viewer } from "./authenticate.ts";
import { findProofMethods } from "./proof-methods.ts";

/**
 * Refuses a session whose holder has not proved within `REAUTHENTICATION_SECONDS` who it is: someone else may sit at the screen.
 * @throws {AppError} `reauthentication_required`, with the ways in which this account can prove it; `access_token_not_valid` if the
 *   session has ended, which this worker may not have heard yet
 */
export async function requireProof(db: Database, { sessionId, userId }: Viewer): Promise<void> {
  const proof = await findProof(db, sessionId, config().REAUTHENTICATION_SECONDS);
  if (!proof) throw new AppError("access_token_not_valid", { reason: "invalid" });
  if (proof.is_recent) return;
  throw new AppError("reauthentication_required", { methods: await findProofMethods(db, userId) });
}

/**
 * The same for an account without a password alone: an account with one sends it along.
 * @throws {AppError} as `requireProof`
 */
export async function requireProofWithoutPassword(db: Database, viewer: Viewer): Promise<void> {
  if (!(await hasPassword(db, viewer.userId))) await requireProof(db, viewer);
}
