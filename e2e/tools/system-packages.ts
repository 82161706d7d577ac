import { spawnSync } from "node:child_process";
import { environmentWith } from "#lib/config.ts";
import { nginxSettings } from "./test-settings.ts";

/**
 * Sees to it that there is what some tests need. As root on Debian it is installed.
 * @param missing the packages that are missing, whenever it is asked
 * @param explain one line that says which tests need these packages, and how to come by them
 * @throws {Error} one line that says what to install, where a missing one is a failure (CI=true)
 */
export function ensurePackages(
  say: (line: string) => void,
  missing: () => string[],
  explain: (packages: string) => string,
): void {
  if (missing().length === 0) return;
  if (process.getuid?.() === 0) {
    for (const args of [
      ["update", "-q"],
      ["install", "-yq", "--no-install-recommends", ...missing()],
    ]) {
      say(`Trying: apt-get ${args.join(" ")}`);
      spawnSync("apt-get", args, { stdio: "ignore", env: environmentWith({ DEBIAN_FRONTEND: "noninteractive" }) });
    }
  }
  if (missing().length === 0) return;
  const line = explain(missing().join(", "));
  if (nginxSettings().CI) throw new Error(line);
  say(`LEFT OUT: ${line}`);
}
