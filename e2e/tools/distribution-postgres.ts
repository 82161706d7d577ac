import { readdirSync } from "node:fs";
import { join } from "node:path";

const VERSIONS = "/usr/lib/postgresql";

/** The directory of the distribution's Postgres, which has programs that the npm packages lack; undefined where it is missing. */
export function distributionPostgres(): string | undefined {
  try {
    const complete = readdirSync(VERSIONS).filter((version) => readdirSync(join(VERSIONS, version, "bin")).includes("pg_ctl"));
    const newest = complete.sort((one, other) => Number(one) - Number(other)).at(-1);
    return newest && join(VERSIONS, newest, "bin");
  } catch {
    return undefined;
  }
}
