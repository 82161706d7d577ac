import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nginxSettings } from "./test-settings.ts";

// Mozilla's scanner is heavy, and one test needs it: it has a package.json of its own, and is installed before the tests run.

const DIRECTORY = join(import.meta.dirname, "..", "e2e", "observatory");
const LOCK = join(DIRECTORY, "package-lock.json");
const PACKAGES = join(DIRECTORY, "node_modules");
/** A copy of the lock that was installed, written last: an install that was cut off has none. */
const INSTALLED = join(PACKAGES, "installed-lock.json");
const PRELOADED = join(PACKAGES, "@mdn", "mdn-http-observatory", "conf", "hsts-preload.json");

export function hasObservatory(): boolean {
  return existsSync(INSTALLED) && readFileSync(INSTALLED, "utf8") === readFileSync(LOCK, "utf8");
}

/**
 * Sees to it that the scanner is there.
 * @throws {Error} one line that says what to do, where a missing one is a failure (CI=true)
 */
export function ensureObservatory(say: (line: string) => void): void {
  if (hasObservatory()) return;
  const command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", DIRECTORY];
  say(`Installing Mozilla's observatory. This is done once: npm ${command.join(" ")}`);
  // Offline, npm would ask again and again for over a minute.
  const patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"];
  const { status } = spawnSync("npm", [...command, ...patience], { stdio: "ignore" });
  if (status === 0) {
    // Its install script would download which domains browsers know to be https only. The test's name is none that could
    // be among them, so that an empty list says the same, today and offline.
    writeFileSync(PRELOADED, "{}");
    copyFileSync(LOCK, INSTALLED);
    return;
  }
  const line = `the test with Mozilla's observatory needs its packages: npm ${command.join(" ")} says what is in the way`;
  if (nginxSettings().CI) throw new Error(line);
  say(`LEFT OUT: ${line}`);
}
