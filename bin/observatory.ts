import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasPackages, installPackages } from "./extra-packages.ts";
import { nginxSettings } from "./test-settings.ts";

// Mozilla's scanner is heavy, and one test needs it: it is installed before the tests run.

const DIRECTORY = join(import.meta.dirname, "..", "e2e", "observatory");
const PRELOADED = join(DIRECTORY, "node_modules", "@mdn", "mdn-http-observatory", "conf", "hsts-preload.json");

export function hasObservatory(): boolean {
  return hasPackages(DIRECTORY);
}

/**
 * Sees to it that the scanner is there.
 * @throws {Error} one line that says what to do, where a missing one is a failure (CI=true)
 */
export function ensureObservatory(say: (line: string) => void): void {
  // Its install script would download which domains browsers know to be https only. The test's name is none that could
  // be among them, so that an empty list says the same, today and offline.
  const command = installPackages(DIRECTORY, say, () => writeFileSync(PRELOADED, "{}"));
  if (command === undefined) return;
  const line = `the test with Mozilla's observatory needs its packages: ${command} says what is in the way`;
  if (nginxSettings().CI) throw new Error(line);
  say(`LEFT OUT: ${line}`);
}
