import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright";
import { browserSettings } from "../lib/config.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/**
 * A Chromium to test with: the one that BROWSER_PATH names, the system's, Playwright's own, or one that is installed now.
 * @returns its executable
 * @throws {Error} one line that says what to install
 */
export function findBrowser(say: (line: string) => void): string {
  const { BROWSER_PATH: named, PATH } = browserSettings();
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw new Error(`BROWSER_PATH names ${named}, which does not exist`);
  }
  return installed(PATH) ?? install(PATH, say);
}

function installed(path: string): string | undefined {
  const directories = path.split(delimiter);
  const candidates = [...directories.flatMap((directory) => NAMES.map((name) => join(directory, name))), MAC];
  return [...candidates, chromium.executablePath()].find((file) => existsSync(file));
}

function install(path: string, say: (line: string) => void): string {
  const ways = [["npx", "playwright", "install", "chromium"]];
  if (process.getuid?.() === 0)
    ways.push(["apt-get", "update", "-q"], ["apt-get", "install", "-yq", "--no-install-recommends", "chromium"]);
  for (const [command = "", ...args] of ways) {
    say(`No Chromium found. Trying: ${[command, ...args].join(" ")}`);
    spawnSync(command, args, { stdio: "ignore" });
    const found = installed(path);
    if (found) return found;
  }
  throw new Error("the browser tests need Chromium: install it (apt-get install chromium), or name one with BROWSER_PATH");
}
