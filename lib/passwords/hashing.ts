import { listPasswordFormats, type StoredPassword } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import { config } from "#lib/config.ts";
import { encode } from "./encode.ts";
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
 * Whether the password is the stored one, with a new encoding if the stored one is outdated. `REHASH` decides whether hashes that
 * Django made are replaced.
 * @param stored null where no password would do: the result is false, after the same work, so that the time does not tell which
 *   accounts exist
 * @throws {AppError} `unavailable` when its turn would come too late
 */
export async function comparePassword(
  db: Database,
  hash: Hash,
  password: string,
  stored: StoredPassword | null,
): Promise<HashResult> {
  const { BCRYPT_COST: cost, REHASH } = config();
  const importedFormats = await listPasswordFormats(db);
  const isFromDjango = stored?.is_from_django ?? false;
  const renews = !isFromDjango || REHASH === "on";
  return hash({ password, cost, comparison: { encoded: stored?.encoded ?? null, isFromDjango, importedFormats, renews } });
}
