import { type DirectDatabase, withDirectDatabase } from "#db/direct-database.ts";
import { databaseIdentity, findUsersTable, hasBlacklist, type UsersTable } from "#db/django-tables.ts";
import { config } from "#lib/config.ts";
import { parseDatabaseUrl } from "#lib/settings/database-url.ts";
import { usageError, type Values } from "./arguments.ts";

/** A Django site's database, and ours beside it. */
export type Site = { source: DirectDatabase; db: DirectDatabase; table: UsersTable; hasBlacklist: boolean };

/**
 * Connects to the database of a Django site and to ours, and finds out what the site has.
 * @param option the one that names the site's database
 * @throws {UsageError} if that is no URL @throws {Error} one line: it can't be reached, or has no users; or what the work threw
 */
export async function withSite<Outcome>(
  values: Values,
  option: "from" | "to",
  work: (site: Site) => Promise<Outcome>,
): Promise<Outcome> {
  const { [option]: url = "", "users-table": table, "birth-date-column": birthDate } = values;
  return withDjango(option, url, (source) =>
    withDirectDatabase(config().DATABASE_URL, async (db) => {
      if ((await databaseIdentity(source)) === (await databaseIdentity(db)))
        throw new Error(`--${option} is this application's own database: name the one of the Django site`);
      const users = await findUsersTable(source, { table, birthDate });
      return work({ source, db, table: users, hasBlacklist: await hasBlacklist(source) });
    }),
  );
}

async function withDjango<Outcome>(
  option: string,
  url: string,
  work: (db: DirectDatabase) => Promise<Outcome>,
): Promise<Outcome> {
  try {
    parseDatabaseUrl(url);
  } catch (error) {
    throw usageError(`--${option} ${(error as Error).message}`);
  }
  let isConnected = false;
  const connected = (db: DirectDatabase) => {
    isConnected = true;
    return work(db);
  };
  try {
    return await withDirectDatabase(url, connected, option === "from" ? "read" : "write");
  } catch (error) {
    if (isConnected) throw error;
    throw new Error((error as Error).message.replaceAll("DATABASE_URL", `--${option}`), { cause: error });
  }
}
