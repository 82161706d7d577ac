import { launch } from "#e2e/launch.ts";

/** Migrates a database as its owner does, and sets the application's role up. */
export async function migrate({ owner, application }: { owner: string; application: string }): Promise<void> {
  const command = [process.execPath, "--import", "tsx", "bin/migrate.ts"];
  const run = launch({ DATABASE_URL: owner, APP_DATABASE_URL: application }, { command });
  if ((await run.ended) !== 0) throw new Error(run.errors());
}
