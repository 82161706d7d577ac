import { access, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium } from "playwright";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Launched, launch } from "#e2e/launch.ts";
import { copyWithRecipes } from "#e2e/recipes.ts";
import { installedBrowser } from "#e2e/tools/browser.ts";

// `npm run dev`, stopped right after an edit and started again, while a page stays open. On a copy of the source.

const START = [process.execPath, "--import", "tsx", join(import.meta.dirname, "..", "..", "bin", "start.ts"), "--dev"];
const EDITED = "app/_components/field.tsx";
/** Long enough for a page that reloads for ever to reload a few times. */
const WATCHED_MS = 3_000;

let source = "";
let browser: Browser;
let dev: Launched;
beforeAll(async () => {
  source = await copyWithRecipes();
  await rm(join(source, ".next"), { recursive: true, force: true });
  const executablePath = installedBrowser();
  browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: ["--no-sandbox"] });
});
afterAll(async () => {
  await browser?.close();
  await stop("SIGINT");
  await rm(source, { recursive: true, force: true });
});

function start(port: string): Launched {
  return launch({ DATABASE_URL: inject("databaseUrl"), PORT: port }, { command: START, cwd: source, ownGroup: true });
}

/** Signals all its processes at once, as a Ctrl-C does, or a system that runs out of memory. */
async function stop(signal: NodeJS.Signals): Promise<void> {
  process.kill(-dev.pid, signal);
  await dev.ended;
}

const exists = (file: string) =>
  access(join(source, file)).then(
    () => true,
    () => false,
  );

test("an open page reloads once for each restart, however the last run ended, and shows the last edit", async () => {
  dev = start("0");
  const { port } = new URL(await dev.origin);
  const second = start("0");
  expect(await second.ended).toBe(1);
  expect(second.errors()).toBe("movieconnect: npm run dev runs in this directory already: stop that one first\n");
  const original = await readFile(join(source, EDITED), "utf8");
  const page = await browser.newPage();
  // The first page compiles everything.
  page.setDefaultTimeout(120_000);
  await page.goto(`http://localhost:${port}/login`);
  let loads = 0;
  const refused: string[] = [];
  page.on("response", (response) => {
    if (response.request().isNavigationRequest()) loads += 1;
    if (response.status() >= 400) refused.push(response.url());
  });
  page.on("console", (message) => {
    if (message.text().includes("Unexpected response code")) refused.push(message.text());
  });
  let edits = 0;
  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    await page.locator("form").first().waitFor();
    await writeFile(join(source, ".next/dev/cache/kept"), "");
    edits += 1;
    await writeFile(join(source, EDITED), original.replace("<div>", `<div data-edit="${edits}">`));
    await stop(signal);
    loads = 0;
    const isWhole = !(await exists(".next/dev/cache/open"));
    if (signal === "SIGKILL") expect(isWhole).toBe(false);
    dev = start(port);
    await dev.origin;
    // The start keeps the whole cache, or none of it.
    expect(await exists(".next/dev/cache/kept")).toBe(isWhole);
    await page.locator(`[data-edit="${edits}"]`).first().waitFor();
    await page.waitForTimeout(WATCHED_MS);
    expect(loads).toBe(1);
  }
  expect(refused).toEqual([]);
}, 300_000);
