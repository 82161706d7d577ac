import { withDatabase } from "#e2e/harness.ts";
import { launch } from "#e2e/launch.ts";
import { startPostgresWithRoles } from "#e2e/postgres-with-roles.ts";

/** A Postgres with our schema in the owner's database, and quick copies of databases in it. */
export type Databases = Awaited<ReturnType<typeof startPostgresWithRoles>> & {
  /** Copies a database that nobody is connected to. @returns the copy's URL for the role of `url` */
  copy: (url: string) => Promise<string>;
};

/** Migrates as the owner does, and sets the application's role up. */
export async function startDatabases(): Promise<Databases> {
  const postgres = await startPostgresWithRoles("application");
  // The embedded Postgres keeps a connection to its own database, which therefore can't be copied.
  await withDatabase(postgres.superuser, (query) => query("create database movies owner mcuser"));
  const [owner = "", application = ""] = [postgres.owner, postgres.application].map((url) => renamed(url, "movies"));
  const command = [process.execPath, "--import", "tsx", "bin/migrate.ts"];
  const run = launch({ DATABASE_URL: owner, APP_DATABASE_URL: application }, { command });
  if ((await run.ended) !== 0) throw new Error(run.errors());
  let copies = 0;
  const copy = async (url: string) => {
    const from = new URL(url).pathname.slice(1);
    copies += 1;
    const name = `${from}_${copies}`;
    await withDatabase(postgres.superuser, (query) => query(`create database "${name}" template "${from}"`));
    return renamed(url, name);
  };
  return { ...postgres, owner, application, copy };
}

function renamed(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}
