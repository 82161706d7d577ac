import "server-only";

import { findAddressState, lockUser } from "#db/email-addresses.ts";
import type { Database } from "#db/pool.ts";
import { hasRecoveryCode, spendRecoveryCode } from "#db/recovery-codes.ts";
import { findSecret, spendStep } from "#db/totp.ts";
import { now } from "#lib/auth/clock.ts";
import { unseal } from "#lib/auth/seal.ts";
import { log } from "#lib/observe/log.ts";
import { recoveryCodeDigest } from "./recovery-codes.ts";
import { type Owner, tellOfChange } from "./tell-of-change.ts";

/**
 * Checks a code of an account's second factor, time-based or for recovery, and uses it up: no code is good twice, also not at the
 * same moment. A recovery code ends all other sessions: somebody may have found the list.
 * @param db the transaction of what the code is for
 * @param typed as it was typed: spaces do not matter
 * @returns the ids of the sessions that ended; null if the code is not good
 */
export async function spendCode(db: Database, owner: Owner, typed: string): Promise<string[] | null> {
  const code = typed.replaceAll(/\s/g, "");
  return /^\d{6}$/.test(code) ? spendTimeBasedCode(db, owner.userId, code) : spendCodeForRecovery(db, owner, code);
}

// A wrong code locks nothing, so that guesses do not hold up the owner.
async function spendTimeBasedCode(db: Database, userId: number, code: string): Promise<string[] | null> {
  const kept = await findSecret(db, userId, true);
  if (!kept) return null;
  const secret = unseal("totp", userId, kept.sealed);
  if (!secret) {
    log().error({ user_id: userId }, "a secret of time-based codes was sealed with a secret that AUTH_SECRET does not list");
    return null;
  }
  const { stepOf } = await import("./totp.ts");
  const step = stepOf(secret, code, now());
  if (step === null || step <= kept.last_step) return null;
  await lockUser(db, userId);
  return (await spendStep(db, userId, kept.sealed, step)) ? [] : null;
}

async function spendCodeForRecovery(db: Database, owner: Owner, code: string): Promise<string[] | null> {
  const digest = recoveryCodeDigest(code);
  if (!(await hasRecoveryCode(db, owner.userId, digest))) return null;
  await lockUser(db, owner.userId);
  const account = await findAddressState(db, owner.userId);
  if (!account || !(await spendRecoveryCode(db, owner.userId, digest))) return null;
  return tellOfChange(db, owner, { event: "recovery_code_used", email: account.email });
}
