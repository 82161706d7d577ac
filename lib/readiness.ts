import "server-only";

import { isMigrated } from "@/db/migrations";
import { type Database, isUnavailable } from "@/db/pool";
import { hasFreshRevocations } from "./auth/revocations";

type Readiness = { isReady: boolean; checks: { revocations: boolean; migrations: boolean; serving: boolean } };

// One per process, and set by bin/worker.ts, which is outside of the bundles.
const shared = globalThis as typeof globalThis & { movieconnectStopping?: boolean };

let migrated = false;

/**
 * Whether this worker should be sent requests. Cheap enough to be asked by anybody: the list of revocations is fresh only
 * if the database has answered within the last three polls, and migrations that were there don't go away.
 */
export async function readiness(db: Database): Promise<Readiness> {
  const revocations = hasFreshRevocations();
  migrated ||= revocations && (await isSchemaCurrent(db));
  const checks = { revocations, migrations: migrated, serving: shared.movieconnectStopping !== true };
  return { isReady: Object.values(checks).every(Boolean), checks };
}

async function isSchemaCurrent(db: Database): Promise<boolean> {
  try {
    return await isMigrated(db);
  } catch (error) {
    if (isUnavailable(error)) return false;
    throw error;
  }
}
