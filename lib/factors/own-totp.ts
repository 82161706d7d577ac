import "server-only";

import { forgetOtherLoginAddresses } from "#db/login-addresses.ts";
import { findAccountById } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import { replaceRecoveryCodes } from "#db/recovery-codes.ts";
import { findSecret, keepWaitingSecret, switchOn } from "#db/totp.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { now } from "#lib/auth/clock.ts";
import { seal, unseal } from "#lib/auth/seal.ts";
import { AppError } from "#lib/errors.ts";
import { record } from "#lib/observe/events.ts";
import { countCodeGuess } from "#lib/passwords/count-guess.ts";
import { forgive } from "#lib/rate-limits.ts";
import { changeWaysIn } from "./change-ways-in.ts";
import { makeRecoveryCodes, recoveryCodeDigest } from "./recovery-codes.ts";

/** How long a new secret waits for its first code, in seconds. */
const WAITING_SECONDS = 3_600;

/**
 * Makes a secret for the viewer's authenticator app. Nothing is on until a code of it comes; an older secret stays on until then.
 * @throws {AppError} `access_token_not_valid` if the user has been deleted
 */
export async function beginTotp(db: Database, { userId, username }: Viewer) {
  const { describeSecret, makeSecret } = await import("./totp.ts");
  const secret = makeSecret();
  const isKept = await keepWaitingSecret(db, userId, seal("totp", userId, secret));
  if (!isKept) throw new AppError("access_token_not_valid", { reason: "invalid" });
  return describeSecret(secret, username);
}

/**
 * Switches the waiting secret on, with new recovery codes, and ends all other sessions.
 * @param address the client's address
 * @returns the recovery codes, which are kept as hashes alone
 * @throws {AppError} `invalid_input` about `code`, also where no secret waits; `throttled`
 */
export async function confirmTotp(db: Database, viewer: Viewer, code: string, address: string): Promise<string[]> {
  const { userId } = viewer;
  const account = await findAccountById(db, userId, address);
  if (!account) throw new AppError("access_token_not_valid", { reason: "invalid" });
  // The answer shows the recovery codes. A thief of the session must not get them by guessing.
  const guesses = await countCodeGuess(db, account, address);
  const codes = makeRecoveryCodes();
  const { stepOf } = await import("./totp.ts");
  await changeWaysIn(db, viewer, "totp_added", async (part) => {
    const waiting = await findSecret(part, userId, false, WAITING_SECONDS);
    const secret = waiting && unseal("totp", userId, waiting.sealed);
    const step = secret && stepOf(secret, code.replaceAll(/\s/g, ""), now());
    if (!waiting || step === null || !(await switchOn(part, userId, waiting.sealed, step))) {
      throw new AppError("invalid_input", { fields: { code: [{ code: "wrong_code" }] } });
    }
    await replaceRecoveryCodes(part, userId, codes.map(recoveryCodeDigest));
    // Known addresses have guesses of their own, and a password alone made them known.
    await forgetOtherLoginAddresses(part, userId, address);
    return { outcome: undefined };
  });
  await forgive(db, { once: [], all: guesses });
  record("totp_added", { user_id: userId });
  return codes;
}

/**
 * Makes new recovery codes for the viewer. The old ones are void, and all other sessions end.
 * @throws {AppError} `not_found` if no second factor is on
 */
export async function renewRecoveryCodes(db: Database, viewer: Viewer): Promise<string[]> {
  const codes = makeRecoveryCodes();
  await changeWaysIn(db, viewer, "recovery_codes_made", async (part) => {
    if (!(await findSecret(part, viewer.userId, true))) throw new AppError("not_found");
    await replaceRecoveryCodes(part, viewer.userId, codes.map(recoveryCodeDigest));
    return { outcome: undefined };
  });
  record("recovery_codes_made", { user_id: viewer.userId });
  return codes;
}
