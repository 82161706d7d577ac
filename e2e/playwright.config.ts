import { defineConfig } from "playwright/test";
import { browserSettings } from "../lib/config.ts";
import { hasNginx } from "./nginx-server.ts";

const { BROWSER_PATH } = browserSettings();

/** What people do, once more as they do it in production: over https and HTTP/2, with `__Host-` cookies. */
const behindNginx = {
  name: "behind Nginx",
  testMatch: "account.spec.ts",
  grep: /signs up|sent on|is said|disabled while/,
  use: { baseURL: process.env.TEST_HTTPS_ORIGIN ?? "", ignoreHTTPSErrors: true },
};

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
    trace: "retain-on-failure",
    launchOptions: {
      ...(BROWSER_PATH === undefined ? {} : { executablePath: BROWSER_PATH }),
      args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
    },
  },
  // The origins are set by the global setup, before the workers read this file again.
  projects: [{ name: "direct", use: { baseURL: process.env.TEST_ORIGIN ?? "" } }, ...(hasNginx() ? [behindNginx] : [])],
  outputDir: "../test-results",
});
