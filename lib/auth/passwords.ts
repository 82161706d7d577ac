import "server-only";

import { config } from "../config";
import { type Hash, withHash } from "./hash-queue";
import type { HashResult } from "./hash-thread";
import { encode, encodedForNobody } from "./password-format";

/**
 * A new password's encoding, as it is stored.
 * @param address whose turn it is to hash; null for an operator, who has no other to wait for
 * @throws {AppError} `unavailable` when too many wait
 */
export async function hashPassword(password: string, address: string | null): Promise<string> {
  const { BCRYPT_COST: cost } = config();
  if (address === null) return encode(password, cost);
  const { encoded } = await withHash(address, (hash) => hash({ password, cost }));
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
