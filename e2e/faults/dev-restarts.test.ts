import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "#e2e/harness.ts";
import { type Launched, launch } from "#e2e/launch.ts";
import { copyWithRecipes } from "#e2e/recipes.ts";
import { installedBrowser } from "#e2e/tools/browser.ts";

// `npm run dev`, stopped while it compiles an edit and started again, while a page stays open. On a copy of the source.

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
  return launch({ PORT: port }, { command: START, cwd: source, ownGroup: true });
}

/** Signals all its processes at once, as a Ctrl-C does, or a system that runs out of memory. */
async function stop(signal: NodeJS.Signals): Promise<void> {
  process.kill(-dev.pid, signal);
  await dev.ended;
}

/**
 * Follows hot reload's messages to a page. Each load of the page connects to a URL of its own.
 * @returns a function that resolves when a load is connected, with its messages: those so far, and those to come
 */
function followHotReload(page: Page): (load: number) => Promise<string[]> {
  const loads = new Map<string, string[]>();
  page.on("websocket", (socket) => {
    const messages = loads.get(socket.url()) ?? [];
    loads.set(socket.url(), messages);
    socket.on("framereceived", ({ payload }) => messages.push(String(payload)));
  });
  return async (load) => {
    const messages = () => [...loads.values()][load] ?? [];
    await untilTold(messages, "sync");
    return messages();
  };
}

function untilTold(messages: () => string[], type: string): Promise<void> {
  return eventually(() => messages().some((message) => message.startsWith(`{"type":"${type}"`)), 120);
}

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
  let loads = 0;
  const refused: string[] = [];
  page.on("response", (response) => {
    if (response.request().isNavigationRequest()) loads += 1;
    if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`);
  });
  page.on("console", (message) => {
    if (message.text().includes("Unexpected response code")) refused.push(message.text());
  });
  const hotReload = followHotReload(page);
  await page.goto(`http://localhost:${port}/login`);
  let edits = 0;
  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    const messages = await hotReload(edits);
    edits += 1;
    messages.length = 0;
    await writeFile(join(source, EDITED), original.replace("<div>", `<div data-edit="${edits}">`));
    // The signal arrives while the compiler works on the edit.
    await untilTold(() => messages, "building");
    loads = 0;
    await stop(signal);
    dev = start(port);
    await dev.origin;
    await eventually(() => loads > 0, 120);
    expect(refused).toEqual([]);
    await page.locator(`[data-edit="${edits}"]`).first().waitFor();
    await page.waitForTimeout(WATCHED_MS);
    expect(loads).toBe(1);
  }
  expect(refused).toEqual([]);
}, 300_000);
