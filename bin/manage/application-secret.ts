import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { launchConfig } from "#lib/config.ts";

/** The application's `AUTH_SECRET`, as `npm start` finds it. @throws {Error} one line, if it is not given beside a `DATABASE_URL` */
export async function applicationSecret(): Promise<string> {
  const { AUTH_SECRET: given, DATABASE_URL: databaseUrl, DATA_DIR: directory } = launchConfig();
  if (given) return given.join(",");
  if (databaseUrl !== undefined) throw new Error("AUTH_SECRET is required with a DATABASE_URL: give the application's");
  return readFile(join(directory, "auth-secret"), "utf8");
}
