import { config } from "#lib/config.ts";
import { encode, encodedForNobody } from "./format.ts";
import type { Hash } from "./hash-queue.ts";
import type { HashResult } from "./hash-thread.ts";

/**
 * A new password's encoding, as it is stored.
 * @param hash null for an operator's command, which has nothing else to do meanwhile
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
 * Whether the password is the one that was encoded, and its encoding of today's format and cost if that was not. With `null`,
 * nobody's: always false, after the same work, so that the time does not tell who has an account.
 * @throws {AppError} `unavailable` when its turn would come too late
 */
export async function comparePassword(hash: Hash, password: string, encoded: string | null): Promise<HashResult> {
  const { BCRYPT_COST: cost } = config();
  const compared = await hash({ password, cost, encoded: encoded ?? encodedForNobody(cost) });
  return encoded === null ? { isRight: false, encoded: null } : compared;
}
