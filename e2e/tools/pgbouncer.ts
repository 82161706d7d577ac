import { onPath } from "./nginx.ts";
import { ensurePackages } from "./system-packages.ts";

/** The system's PgBouncer; undefined when there is none. */
export function installedPgBouncer(): string | undefined {
  return onPath("pgbouncer");
}

/** Sees to it that there is a PgBouncer to test with. @throws {Error} as `ensurePackages` does */
export function ensurePgBouncer(say: (line: string) => void): void {
  const missing = () => (installedPgBouncer() ? [] : ["pgbouncer"]);
  ensurePackages(say, missing, (packages) => `the tests through a connection pooler need ${packages}: apt-get install it`);
}
