import { defineConfig } from "playwright/test";
import { browserSettings } from "../lib/config.ts";

const { BROWSER_PATH } = browserSettings();

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  fullyParallel: true,
  workers: 2,
  // A test that passes at the second try has a cause to be found.
  retries: 0,
  forbidOnly: true,
  globalSetup: "./browser-setup.ts",
  use: {
    // Set by the global setup, before the workers read this file again.
    baseURL: process.env.TEST_ORIGIN ?? "",
    trace: "retain-on-failure",
    launchOptions: {
      ...(BROWSER_PATH === undefined ? {} : { executablePath: BROWSER_PATH }),
      args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
    },
  },
  outputDir: "../test-results",
});
