import { defineConfig } from "playwright/test";
import { installedBrowser } from "#e2e/tools/browser.ts";
import { hasNginx } from "./nginx-server.ts";

const browser = installedBrowser();

/** Tests that depend on the transport run as in production: over https and HTTP/2, with `__Host-` cookies. */
const BEHIND_NGINX = ["account.spec.ts", "session.spec.ts", "pages.spec.ts"];
const behindNginx = {
  name: "behind Nginx",
  testMatch: BEHIND_NGINX,
  use: { baseURL: process.env.TEST_HTTPS_ORIGIN ?? "", ignoreHTTPSErrors: true },
};
const direct = { name: "direct", use: { baseURL: process.env.TEST_ORIGIN ?? "" } };

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  fullyParallel: true,
  workers: 2,
  // No retries: a test that fails only sometimes has a cause that must be found.
  retries: 0,
  forbidOnly: true,
  globalSetup: "./browser-setup.ts",
  // For the longest walk on a busy machine. A test that hangs fails sooner: what it waits for has a limit of its own.
  timeout: 240_000,
  // How long a test waits for what it expects: a busy machine may take long to show it.
  expect: { timeout: 30_000 },
  use: {
    launchOptions: {
      ...(browser === undefined ? {} : { executablePath: browser }),
      args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
    },
  },
  // The origins are set by the global setup, before the workers read this file again.
  projects: hasNginx() ? [{ ...direct, testIgnore: BEHIND_NGINX }, behindNginx] : [direct],
  outputDir: "../test-results",
});
