import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureTools, hasTools } from "./tool-packages.ts";

// Mozilla's scanner.

const DIRECTORY = "observatory";

export function hasObservatory(): boolean {
  return hasTools(DIRECTORY);
}

/** Sees to it that the scanner is there. @throws {Error} as `ensureTools` does */
export function ensureObservatory(say: (line: string) => void): void {
  ensureTools(say, {
    directory: DIRECTORY,
    name: "Mozilla's observatory",
    neededBy: "the test with Mozilla's observatory",
    // Its install script would download which domains browsers know to be https only. The test's name is none that could
    // be among them, so that an empty list says the same, today and offline.
    finish: (packages) => writeFileSync(join(packages, "@mdn", "mdn-http-observatory", "conf", "hsts-preload.json"), "{}"),
  });
}
