// `npm run picture`: makes the README's picture of the signup page, light and dark, from a server that it starts for this.
import { join } from "node:path";
import { chromium } from "playwright";
import { startPostgres, startServer } from "#e2e/harness.ts";
import { fillSignUp } from "#e2e/people.ts";
import { requireBrowser } from "./browser.ts";

const DOCS = join(import.meta.dirname, "..", "..", "docs");

const postgres = await startPostgres();
const server = await startServer({ DATABASE_URL: postgres.url, WEB_CONCURRENCY: "1" });
const browser = await chromium.launch({ executablePath: requireBrowser(), args: ["--no-sandbox"] });
for (const colorScheme of ["light", "dark"] as const) {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 720 }, reducedMotion: "reduce" });
  await page.goto(`${server.origin}/signup`);
  // Its scripts run: the form shows which of the password's rules are met.
  await page.getByRole("button", { name: "Sign up", disabled: false }).waitFor();
  await fillSignUp(page, "ann");
  await page.screenshot({ path: join(DOCS, `signup-${colorScheme}.png`), caret: "hide" });
}
await browser.close();
await server.stop();
await postgres.stop();
