import "server-only";

import { spareDatabase } from "#db/pool.ts";
import { hasFreshRevocations } from "#lib/auth/revocations.ts";
import { checkDatabase } from "./database-check.ts";
import { stopping } from "./stopping.ts";

/** `database` is there where something is missing that the application needs: the log says what. */
type Checks = { revocations: boolean; migrations: boolean; serving: boolean; database?: false };

/**
 * Whether this worker should be sent requests. Cheap enough to be asked by anybody: the list of revocations is fresh only
 * if the database has answered within the last three polls, and what was found in order is not looked at again. Requests that
 * hang with all other connections say nothing about it.
 */
export async function readiness(): Promise<{ isReady: boolean; checks: Checks }> {
  const { isFit, isMigrated: migrations, problems } = await checkDatabase(spareDatabase());
  const checks = { revocations: hasFreshRevocations(), migrations, serving: !stopping.get() };
  const isReady = isFit && Object.values(checks).every(Boolean);
  return { isReady, checks: problems.length === 0 ? checks : { ...checks, database: false } };
}
