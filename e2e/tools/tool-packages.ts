import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nginxSettings } from "./test-settings.ts";

// Tools that are heavy, and that one test needs: each has a directory in e2e/ with a package.json of its own, and is installed
// before the tests run.

type Tools = {
  /** Of e2e/ */
  directory: string;
  /** What they are, and which tests need them, as parts of a sentence */
  name: string;
  neededBy: string;
  /** What is left to do, without the install scripts of packages */
  finish?: (packages: string) => void;
};

export function hasTools(directory: string): boolean {
  const { lock, installed } = filesOf(directory);
  return existsSync(installed) && readFileSync(installed, "utf8") === readFileSync(lock, "utf8");
}

/**
 * Sees to it that tools are there.
 * @throws {Error} one line that says what to do, where missing ones are a failure (CI=true)
 */
export function ensureTools(say: (line: string) => void, { directory, name, neededBy, finish }: Tools): void {
  if (hasTools(directory)) return;
  const { root, packages, lock, installed } = filesOf(directory);
  const command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", root];
  say(`Installing ${name}. This is done once: npm ${command.join(" ")}`);
  // Offline, npm would ask again and again for over a minute.
  const patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"];
  const { status } = spawnSync("npm", [...command, ...patience], { stdio: "ignore" });
  if (status === 0) {
    finish?.(packages);
    copyFileSync(lock, installed);
    return;
  }
  const line = `${neededBy} needs its packages: npm ${command.join(" ")} says what is in the way`;
  if (nginxSettings().CI) throw new Error(line);
  say(`LEFT OUT: ${line}`);
}

function filesOf(directory: string) {
  const root = join(import.meta.dirname, "..", directory);
  const packages = join(root, "node_modules");
  // A copy of the lock that was installed, written last: an install that was cut off has none.
  return { root, packages, lock: join(root, "package-lock.json"), installed: join(packages, "installed-lock.json") };
}
