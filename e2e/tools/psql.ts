import { onPath } from "./nginx.ts";
import { ensurePackages } from "./system-packages.ts";

/** The system's psql; undefined when there is none. */
export function installedPsql(): string | undefined {
  return onPath("psql");
}

/** Sees to it that there is a psql to test with. @throws {Error} as `ensurePackages` does */
export function ensurePsql(say: (line: string) => void): void {
  const missing = () => (installedPsql() ? [] : ["postgresql-client"]);
  ensurePackages(say, missing, (packages) => `the tests of what the containers' database is set up with need ${packages}`);
}
