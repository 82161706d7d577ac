import { setTimeout as delay } from "node:timers/promises";
import type { Database } from "#db/pool.ts";
import { listSealedWith, replaceSealed } from "#db/totp.ts";
import { seal, sealingKeyIds, unseal } from "#lib/auth/seal.ts";

const BATCH_ROWS = 500;
/** Leaves Postgres to requests between two batches. */
const PAUSE_MS = 50;

/**
 * Seals with the first `AUTH_SECRET` what a later one of the list has sealed, so that the later one can be removed. Secrets that
 * wait for their first code are left out: they are good for an hour alone.
 * @returns how many were sealed anew. Some may be left: another transaction had locked them, or they were altered and do not open
 */
export async function resealSecrets(db: Database): Promise<number> {
  const [, ...later] = sealingKeyIds("totp");
  // Most of the time there is one secret, and the table is not even read.
  if (later.length === 0) return 0;
  let count = 0;
  for (;;) {
    const secrets = await listSealedWith(db, later, BATCH_ROWS);
    const replaced = secrets.length === 0 ? 0 : await replaceSealed(db, secrets.flatMap(sealedAnew));
    if (replaced === 0) return count;
    count += replaced;
    await delay(PAUSE_MS, undefined, { ref: false });
  }
}

function sealedAnew({ user_id: userId, sealed }: { user_id: number; sealed: string }) {
  const secret = unseal("totp", userId, sealed);
  return secret ? [{ userId, from: sealed, to: seal("totp", userId, secret) }] : [];
}
