import { setTimeout as delay } from "node:timers/promises";
import { readDotenv } from "#bin/primary/dotenv.ts";
import { setUpApplicationRole } from "#db/application-role.ts";
import { isNotReady } from "#db/embedded/lease.ts";
import { migrate } from "#db/migrate.ts";
import { migrationConfig } from "#lib/config.ts";

// Run once, before the application starts: migrates the schema as its owner, and sets up the application's own role.

/** How long to wait for a database that is starting. */
const DATABASE_START_MS = 30_000;

main().catch((error: unknown) => {
  console.error(`movieconnect: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
});

async function main(): Promise<void> {
  readDotenv();
  const { DATABASE_URL: owner, APP_DATABASE_URL: application } = migrationConfig();
  for (const line of await migrateOnceReady(owner)) console.log(`Note: ${line}`);
  if (application !== undefined) await setUpApplicationRole(owner, application);
  console.log("The schema is up to date.");
}

async function migrateOnceReady(url: string): Promise<string[]> {
  const end = Date.now() + DATABASE_START_MS;
  for (;;) {
    try {
      return await migrate(url);
    } catch (error) {
      const { cause } = error as Error;
      if (!cause || !isNotReady(cause) || Date.now() > end) throw error;
      await delay(500);
    }
  }
}
