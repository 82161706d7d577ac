import { defineConfig } from "playwright/test";
import { installedBrowser } from "../bin/browser.ts";
import { hasNginx } from "./nginx-server.ts";

const browser = installedBrowser();

/** What people do, as they do it in production: over https and HTTP/2, with `__Host-` cookies. */
const behindNginx = {
  name: "behind Nginx",
  testMatch: ["account.spec.ts", "session.spec.ts", "pages.spec.ts"],
  // What doesn't depend on the way there, or has a server of its own.
  grepInvert: /accessibility violation|live for two seconds/,
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
      ...(browser === undefined ? {} : { executablePath: browser }),
      args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
    },
  },
  // The origins are set by the global setup, before the workers read this file again.
  projects: [{ name: "direct", use: { baseURL: process.env.TEST_ORIGIN ?? "" } }, ...(hasNginx() ? [behindNginx] : [])],
  outputDir: "../test-results",
});
