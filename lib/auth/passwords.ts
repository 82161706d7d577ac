import "server-only";

import { config } from "../config";
import { runHashTask } from "./hash-queue";
import { encode, encodedForNobody, isOutdated } from "./password-format";

/** A new password's encoding, as it is stored. @throws {AppError} `unavailable` when too many wait */
export async function hashPassword(password: string): Promise<string> {
  const { BCRYPT_COST: cost, HASH_THREADS } = config();
  return HASH_THREADS === 0 ? encode(password, cost) : String(await runHashTask({ password, cost }));
}

/**
 * Whether the password is the one that was encoded. With `null`, nobody's: always false, after the same work, so that
 * the time does not tell who has an account.
 * @throws {AppError} `unavailable` when too many wait
 */
export async function verifyPassword(password: string, encoded: string | null): Promise<boolean> {
  const compared = encoded ?? encodedForNobody(config().BCRYPT_COST);
  return (await runHashTask({ password, encoded: compared })) === true && encoded !== null;
}

/** Whether the encoding is of another format or cost than a new one would be. */
export function needsRehash(encoded: string): boolean {
  return isOutdated(encoded, config().BCRYPT_COST);
}
