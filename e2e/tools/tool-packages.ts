import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// Tools that are heavy, and that one test needs: each has a directory in e2e/ with a package.json of its own.

export type Tools = {
  /** Of e2e/ */
  directory: string;
  name: string;
  /** As a part of a sentence: "the observatory's test needs Mozilla's observatory" */
  neededBy: string;
  /** What is left to do, without the install scripts of packages */
  finish?: (packages: string) => void;
};

/** What the tests need of this. */
const TOOLS: Tools[] = [
  {
    directory: "openapi-tools",
    name: "spectral, redocly and orval",
    neededBy: "the tests of the document in other tools' hands",
  },
  {
    directory: "observatory",
    name: "Mozilla's observatory",
    neededBy: "the tests of what Mozilla's scanner says",
    // Its install script would download which domains browsers know to be https only. The test's name is none that could
    // be among them, so that an empty list says the same, today and offline.
    finish: (packages) => writeFileSync(join(packages, "@mdn", "mdn-http-observatory", "conf", "hsts-preload.json"), "{}"),
  },
];

export function missingTools(): Tools[] {
  return TOOLS.filter(({ directory }) => !hasTools(directory));
}

export function hasTools(directory: string): boolean {
  const { lock, installed } = filesOf(directory);
  return existsSync(installed) && readFileSync(installed, "utf8") === readFileSync(lock, "utf8");
}

/** Installs them from npm, if it can be reached. @returns whether they are there */
export function installTools(say: (line: string) => void, { directory, name, finish }: Tools): boolean {
  const { root, packages, lock, installed } = filesOf(directory);
  const command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", root];
  say(`Installing ${name}. This is done once: npm ${command.join(" ")}`);
  // Offline, npm would ask again and again for over a minute.
  const patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"];
  const { status } = spawnSync("npm", [...command, ...patience], { stdio: "ignore" });
  if (status !== 0) return false;
  finish?.(packages);
  copyFileSync(lock, installed);
  return true;
}

function filesOf(directory: string) {
  const root = join(import.meta.dirname, "..", directory);
  const packages = join(root, "node_modules");
  // A copy of the lock that was installed, written last: an install that was cut off has none.
  return { root, packages, lock: join(root, "package-lock.json"), installed: join(packages, "installed-lock.json") };
}
