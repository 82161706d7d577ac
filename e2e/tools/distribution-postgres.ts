import { readdirSync } from "node:fs";
import { join } from "node:path";

const VERSIONS = "/usr/lib/postgresql";

/** Where the programs of the distribution's own Postgres are, which has those that npm's packages lack; undefined without. */
export function distributionPostgres(): string | undefined {
  try {
    const complete = readdirSync(VERSIONS).filter((version) => readdirSync(join(VERSIONS, version, "bin")).includes("pg_ctl"));
    const newest = complete.sort((one, other) => Number(one) - Number(other)).at(-1);
    return newest && join(VERSIONS, newest, "bin");
  } catch {
    return undefined;
  }
}
