import "server-only";

import type { Database } from "#db/pool.ts";
import { isUnavailable } from "#db/unavailable.ts";
import { resealSecrets } from "#lib/factors/reseal.ts";
import { sealingKeys } from "#lib/factors/sealing-keys.ts";
import { record } from "#lib/observe/events.ts";
import { log } from "#lib/observe/log.ts";
import { metrics } from "#lib/observe/metrics.ts";

/** How many unreadable secrets this worker has warned of. */
let warnedOf = 0;

/** Seals anew what a later secret of `AUTH_SECRET` has sealed, and then counts what no listed secret opens. */
export async function followSecretChange(db: Database): Promise<void> {
  await logged(async () => {
    const count = await resealSecrets(db);
    if (count > 0) record("secrets_resealed", { count });
    await countUnreadable(db);
  });
}

/** Counts the sealed secrets that no secret of `AUTH_SECRET` opens. A worker warns of them once, and again if there are more. */
export async function checkSealedSecrets(db: Database): Promise<void> {
  await logged(() => countUnreadable(db));
}

async function countUnreadable(db: Database): Promise<void> {
  const { unlisted } = await sealingKeys(db);
  const count = unlisted.reduce((sum, { sealed }) => sum + sealed, 0);
  metrics().secretsUnreadable.set(count);
  if (count > warnedOf) {
    const keys = unlisted.map(({ key }) => key).join(", ");
    log().warn(
      `secrets of authenticator apps that no secret in AUTH_SECRET opens: ${count} (key ${keys}). Their codes are refused: ` +
        "list the secret that sealed them again, behind the first",
    );
  }
  warnedOf = count;
}

async function logged(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isUnavailable(error)) log().error({ err: error }, "the sealed secrets could not be read");
  }
}
