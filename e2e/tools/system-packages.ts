import { installedBrowser } from "./browser.ts";
import { distributionPostgres } from "./distribution-postgres.ts";
import { DJANGO_PACKAGES, djangoPython } from "./django.ts";
import { anyNginx, installedNginx } from "./nginx.ts";
import { onPath } from "./on-path.ts";

/** A package of Debian's. What it is needed for is part of a sentence: "the browser tests need chromium". */
type SystemPackage = { name: string; neededBy: string; isThere: () => boolean };

const NGINX = "the tests of the Nginx configuration";

const DJANGO = "the tests of the move from Django";

/** What tests need of the system, beside Node. */
const SYSTEM_PACKAGES: SystemPackage[] = [
  { name: "chromium", neededBy: "the browser tests", isThere: () => installedBrowser() !== undefined },
  { name: "nginx-light", neededBy: NGINX, isThere: () => anyNginx() !== undefined },
  { name: "libnginx-mod-stream", neededBy: NGINX, isThere: () => installedNginx() !== undefined },
  ...["openssl", "curl", "certbot", "pebble"].map((name) => ({ name, neededBy: NGINX, isThere: () => isCommand(name) })),
  { name: "pgbouncer", neededBy: "the tests through a connection pooler", isThere: () => isCommand("pgbouncer") },
  { name: "postgresql-client", neededBy: "the tests of a new volume's owner", isThere: () => isCommand("psql") },
  { name: "postgresql", neededBy: "the tests of backups", isThere: () => distributionPostgres() !== undefined },
  ...Object.values(DJANGO_PACKAGES).map((name) => ({ name, neededBy: DJANGO, isThere: () => djangoPython() !== undefined })),
  { name: "faketime", neededBy: "the tests with a wrong clock", isThere: () => isCommand("faketime") },
];

export function missingPackages(): SystemPackage[] {
  return SYSTEM_PACKAGES.filter(({ isThere }) => !isThere());
}

function isCommand(name: string): boolean {
  return onPath(name) !== undefined;
}
