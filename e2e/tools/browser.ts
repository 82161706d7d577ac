import { existsSync } from "node:fs";
import { chromium } from "playwright";
import { onPath } from "./on-path.ts";
import { toolSettings } from "./test-settings.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/**
 * A Chromium to test with: the one that BROWSER_PATH names, the system's, or Playwright's own; undefined when there is none.
 * @throws {Error} BROWSER_PATH names a file that does not exist
 */
export function installedBrowser(): string | undefined {
  const { BROWSER_PATH: named } = toolSettings();
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw new Error(`BROWSER_PATH names ${named}, which does not exist`);
  }
  return [...NAMES.map(onPath), MAC, chromium.executablePath()].find((file) => file !== undefined && existsSync(file));
}

/** As `installedBrowser`. @throws {Error} one line that says what to install */
export function requireBrowser(): string {
  const found = installedBrowser();
  if (found !== undefined) return found;
  throw new Error("the browser tests need Chromium: npm run setup:tests installs it, or name one with BROWSER_PATH");
}
