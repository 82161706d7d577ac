import "server-only";

import { spareDatabase } from "#db/pool.ts";
import { hasFreshRevocations } from "#lib/auth/revocations.ts";
import { checkDatabase } from "./database-check.ts";
import { stopping } from "./stopping.ts";

/** `database` is present if the database lacks something that the application needs: the log says what. */
type Checks = { revocations: boolean; migrations: boolean; serving: boolean; database?: false };

/**
 * Whether this worker should be sent requests. The check is cheap enough to be public: a usable database is not checked again,
 * and the revocations are fresh only if the database answered one of the last three polls. It uses the reserved connection, so
 * that requests which hold all the others can't make a worker unready.
 */
export async function readiness(): Promise<{ isReady: boolean; checks: Checks }> {
  const { isUsable, isMigrated: migrations, problems } = await checkDatabase(spareDatabase());
  const checks = { revocations: hasFreshRevocations(), migrations, serving: !stopping.get() };
  const isReady = isUsable && Object.values(checks).every(Boolean);
  return { isReady, checks: problems.length === 0 ? checks : { ...checks, database: false } };
}
