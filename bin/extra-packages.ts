import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

// What is heavy, and used in one place, has a package.json of its own, and is installed when it is first wanted.

/** A copy of the lock that was installed, written last: an install that was cut off has none. */
const installed = (directory: string) => join(directory, "node_modules", "installed-lock.json");
const lock = (directory: string) => join(directory, "package-lock.json");

export function hasPackages(directory: string): boolean {
  return existsSync(installed(directory)) && readFileSync(installed(directory), "utf8") === readFileSync(lock(directory), "utf8");
}

/**
 * Installs what the directory's lock names, unless it is there.
 * @param finish what is left to do then
 * @returns undefined, or the command that says what is in the way
 */
export function installPackages(
  directory: string,
  say: (line: string) => void,
  finish: () => void = () => undefined,
): string | undefined {
  if (hasPackages(directory)) return undefined;
  const command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", directory];
  say(`Installing the packages of ${directory}. This is done once.`);
  // Offline, npm would ask again and again for over a minute.
  const patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"];
  const { status } = spawnSync("npm", [...command, ...patience], { stdio: "ignore" });
  if (status !== 0) return `npm ${command.join(" ")}`;
  finish();
  copyFileSync(lock(directory), installed(directory));
  return undefined;
}
