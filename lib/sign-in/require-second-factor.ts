import "server-only";

import type { Database } from "#db/pool.ts";
import type { Credential } from "#db/sessions.ts";
import { findSecondFactors } from "#lib/auth/proof-methods.ts";
import { AppError } from "#lib/errors.ts";
import { signChallenge } from "#lib/factors/second-factor-challenge.ts";

/**
 * The gate of every login by a password or a provider: an account with a second factor opens only after it. `openSession` refuses a
 * login that has not passed this gate.
 * @throws {AppError} `second_factor_required`, with a challenge to answer at POST /api/token/second-factor/
 */
export async function requireSecondFactor(
  db: Database,
  account: { id: number; has_second_factor: boolean },
  credential: Credential,
): Promise<void> {
  if (!account.has_second_factor) return;
  const methods = await findSecondFactors(db, account.id);
  throw new AppError("second_factor_required", { challenge: signChallenge(account.id, credential), methods });
}
