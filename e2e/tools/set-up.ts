import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRoot } from "#db/embedded/owner.ts";
import { environmentWith } from "#lib/config.ts";
import { installedBrowser } from "./browser.ts";
import { onPath } from "./on-path.ts";
import { missingPackages } from "./system-packages.ts";
import { toolSettings } from "./test-settings.ts";
import { installTools, missingTools } from "./tool-packages.ts";

type Say = (line: string) => void;

const CLUSTERS = "/etc/postgresql-common";

/** What the tests need and this machine lacks, by name; empty where all is there. */
export function missingForTests(): string[] {
  return [...missingPackages(), ...missingTools()].map(({ name }) => name);
}

/**
 * Installs what is missing: tools from npm, and as root on Debian packages of the system.
 * @throws {Error} as `reportMissing` does
 */
export function setUpTests(say: Say): void {
  for (const tools of missingTools()) installTools(say, tools);
  // Playwright's own needs no root.
  if (installedBrowser() === undefined) run(say, "npx", ["playwright", "install", "chromium"]);
  const packages = missingPackages().map(({ name }) => name);
  if (packages.length > 0 && isRoot && onPath("apt-get")) {
    if (packages.includes("postgresql")) keepFromStarting();
    run(say, "apt-get", ["update", "-q"]);
    run(say, "apt-get", ["install", "-yq", "--no-install-recommends", ...packages]);
  }
  reportMissing(say);
}

/**
 * Says a line for each kind of test that has to be left out.
 * @throws {Error} those lines, where a missing package is a failure (CI=true)
 */
export function reportMissing(say: Say): void {
  const packages = missingPackages();
  const kinds = [...new Set(packages.map(({ neededBy }) => neededBy))];
  const lines = kinds.map((kind) => {
    const names = packages.filter(({ neededBy }) => neededBy === kind).map(({ name }) => name);
    return `${kind} need ${names.join(", ")}: run npm run setup:tests as root on Debian, or install them yourself`;
  });
  for (const { name, neededBy } of missingTools())
    lines.push(`${neededBy} need ${name}: npm run setup:tests installs them from npm`);
  if (lines.length > 0 && toolSettings().CI) throw new Error(lines.join("\n"));
  for (const line of lines) say(`LEFT OUT: ${line}`);
}

function run(say: Say, command: string, args: string[]): void {
  say(`Trying: ${[command, ...args].join(" ")}`);
  spawnSync(command, args, { stdio: "ignore", env: environmentWith({ DEBIAN_FRONTEND: "noninteractive" }) });
}

// Debian's package would make a cluster, and start it at port 5432.
function keepFromStarting(): void {
  mkdirSync(CLUSTERS, { recursive: true });
  writeFileSync(join(CLUSTERS, "createcluster.conf"), "create_main_cluster = false\n");
}
