import { config } from "#lib/config.ts";
import { dummyEncoding, encode } from "./format.ts";
import type { Hash } from "./hash-queue.ts";
import type { HashResult } from "./hash-thread.ts";

/**
 * Encodes a new password for storage.
 * @param hash null hashes on this thread, as an operator's command may
 * @throws {AppError} `unavailable` when its turn would come too late
 */
export async function hashPassword(hash: Hash | null, password: string): Promise<string> {
  const { BCRYPT_COST: cost } = config();
  if (hash === null) return encode(password, cost);
  const { encoded } = await hash({ password, cost });
  if (encoded === null) throw new Error("a new password has an encoding");
  return encoded;
}

/**
 * Whether the password is the encoded one, with a new encoding if the old one is outdated.
 * @param encoded null where there is no account: the result is false, after the same work, so that the time does not tell
 *   which accounts exist
 * @throws {AppError} `unavailable` when its turn would come too late
 */
export async function comparePassword(hash: Hash, password: string, encoded: string | null): Promise<HashResult> {
  const { BCRYPT_COST: cost } = config();
  const compared = await hash({ password, cost, encoded: encoded ?? dummyEncoding(cost) });
  return encoded === null ? { isRight: false, encoded: null } : compared;
}
