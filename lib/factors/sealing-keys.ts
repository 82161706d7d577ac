import type { Database } from "#db/pool.ts";
import { countSealed } from "#db/totp.ts";
import { sealingKeyIds } from "#lib/auth/seal.ts";

/** A key that seals secrets, by its id, and how many secrets it has sealed. */
export type SealingKey = { key: string; sealed: number };

/**
 * How many secrets each key has sealed. `listed`: a key for each secret of `AUTH_SECRET`, in their order. `unlisted`: keys of
 * secrets that it does not list; what they have sealed can't be opened.
 */
export async function sealingKeys(db: Database): Promise<{ listed: SealingKey[]; unlisted: SealingKey[] }> {
  const counts = await countSealed(db);
  const ids = sealingKeyIds("totp");
  return {
    listed: ids.map((key) => ({ key, sealed: counts.get(key) ?? 0 })),
    unlisted: [...counts].filter(([key]) => !ids.includes(key)).map(([key, sealed]) => ({ key, sealed })),
  };
}
