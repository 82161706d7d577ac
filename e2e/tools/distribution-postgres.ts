import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensurePackages } from "./system-packages.ts";

const VERSIONS = "/usr/lib/postgresql";
const CLUSTERS = "/etc/postgresql-common";

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

/** Sees to it that there is a Postgres with `pg_dump` to test with. @throws {Error} as `ensurePackages` does */
export function ensureDistributionPostgres(say: (line: string) => void): void {
  if (!distributionPostgres() && process.getuid?.() === 0) keepFromStarting();
  const missing = () => (distributionPostgres() ? [] : ["postgresql"]);
  ensurePackages(say, missing, (packages) => `the tests of backups need ${packages}: apt-get install it`);
}

// Debian's package would make a cluster, and start it at port 5432.
function keepFromStarting(): void {
  mkdirSync(CLUSTERS, { recursive: true });
  writeFileSync(join(CLUSTERS, "createcluster.conf"), "create_main_cluster = false\n");
}
