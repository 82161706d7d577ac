import { type DirectDatabase, withDirectDatabase } from "#db/direct-database.ts";
import { parseDatabaseUrl } from "#lib/settings/database-url.ts";
import { usageError } from "./arguments.ts";

/**
 * Connects to the database of a Django site.
 * @param option the one that names it
 * @throws {UsageError} if it is no URL of a Postgres @throws {Error} one line, if it can't be reached; or what the work threw
 */
export async function withDjango<Outcome>(
  option: "from" | "to",
  url: string,
  work: (db: DirectDatabase) => Promise<Outcome>,
): Promise<Outcome> {
  try {
    parseDatabaseUrl(url);
  } catch (error) {
    throw usageError(`--${option} ${(error as Error).message}`);
  }
  let isConnected = false;
  try {
    return await withDirectDatabase(url, (db) => {
      isConnected = true;
      return work(db);
    });
  } catch (error) {
    if (isConnected) throw error;
    throw new Error((error as Error).message.replaceAll("DATABASE_URL", `--${option}`), { cause: error });
  }
}
