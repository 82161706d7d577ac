import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright";
import { browserSettings } from "./test-settings.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** A Chromium to test with: the one that BROWSER_PATH names, the system's, or Playwright's own. @throws {Error} as `findBrowser` does */
export function installedBrowser(): string | undefined {
  const { BROWSER_PATH: named, PATH } = browserSettings();
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw new Error(`BROWSER_PATH names ${named}, which does not exist`);
  }
  const candidates = PATH.split(delimiter).flatMap((directory) => NAMES.map((name) => join(directory, name)));
  return [...candidates, MAC, chromium.executablePath()].find((file) => existsSync(file));
}

/**
 * As `installedBrowser`; where there is none, one is installed now.
 * @throws {Error} one line that says what to install
 */
export function findBrowser(say: (line: string) => void): string {
  return installedBrowser() ?? install(say);
}

function install(say: (line: string) => void): string {
  const ways = [["npx", "playwright", "install", "chromium"]];
  if (process.getuid?.() === 0)
    ways.push(["apt-get", "update", "-q"], ["apt-get", "install", "-yq", "--no-install-recommends", "chromium"]);
  for (const [command = "", ...args] of ways) {
    say(`No Chromium found. Trying: ${[command, ...args].join(" ")}`);
    spawnSync(command, args, { stdio: "ignore" });
    const found = installedBrowser();
    if (found) return found;
  }
  throw new Error("the browser tests need Chromium: install it (apt-get install chromium), or name one with BROWSER_PATH");
}
