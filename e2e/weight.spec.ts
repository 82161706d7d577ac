import { expect, type Page, test } from "playwright/test";
import { arriveWith, ORIGIN as WITH_PROVIDERS } from "#e2e/providers/browser.ts";
import { CHARACTERS } from "#e2e/tools/subset-font.ts";
import { signIn, VISITORS } from "./people.ts";
import { readScripts } from "./read-scripts.ts";

// How many bytes a page takes on the wire in a browser with an empty cache. `npm run bench -- lighthouse` measures times.

/** Bytes, headers included. React and Next are 124,000 of the scripts. */
const MOST = { Font: 35_000, Script: 156_000, Stylesheet: 8_000, Document: 15_000 };
type Limits = Partial<typeof MOST> & { requests?: number };
const MOST_OF_PAGE: Record<string, Limits> = {
  // It has every form of the account, and the dialog that asks for a proof.
  "/account": { Script: 164_500 },
  // Its autofill loads the library of passkeys, and asks for a challenge. Chromium asks for the icon again when `?reason` goes.
  "/login": { Script: 160_000, requests: 17 },
  // It describes every endpoint.
  "/docs": { Document: 36_000 },
};
/** Where people can log in with other providers: their rows have a script of their own. */
const MOST_WITH_PROVIDERS: Record<string, Limits> = {
  "/login": { Script: 157_000 },
  "/account": { Script: 167_000, requests: 16 },
};
const MOST_REQUESTS = 15;
const SIGNED_IN = ["/", "/account"];
const HINT = "//# allFunctionsCalledOnLoad";

for (const path of [...VISITORS, ...SIGNED_IN]) {
  test(`${path} keeps within its limits in bytes: for its font, its scripts, its styles and its HTML`, async ({
    page,
    context,
    baseURL,
  }) => {
    if (SIGNED_IN.includes(path)) await signIn(context, baseURL ?? "");
    await expectLight(page, path, MOST_OF_PAGE[path.replace(/\?.*/, "")]);
  });
}

for (const path of ["/login", "/signup", "/signup/complete", "/account"]) {
  test(`${path} keeps within its limits in bytes where people can log in with other providers`, async ({ page, context }) => {
    if (SIGNED_IN.includes(path)) await arriveWith(context, "oidc");
    await expectLight(page, WITH_PROVIDERS + path, MOST_WITH_PROVIDERS[path]);
  });
}

test("no script has polyfills, and each tells Chromium to parse it off the main thread", async ({ page }) => {
  const readAll = readScripts(page);
  for (const path of VISITORS) {
    await page.goto(path);
    await page.waitForLoadState("networkidle");
    await readAll();
  }
  const scripts = await readAll();
  expect(scripts.length).toBeGreaterThan(5);
  for (const { text } of scripts) {
    expect(text.slice(0, HINT.length)).toBe(HINT);
    expect(text).not.toMatch(/\.trimLeft\b|Object\.fromEntries\s*=|\.hasOwn\s*=/);
  }
});

test("the pages' font has every character that the pages use", async ({ page }) => {
  for (const path of VISITORS) {
    await page.goto(path);
    const text = await page.locator("header, main").allTextContents();
    const missing = [...new Set(text.join(""))].filter((character) => !CHARACTERS.includes(character) && !/\s/.test(character));
    expect(missing, path).toEqual([]);
  }
});

async function expectLight(
  page: Page,
  url: string,
  { requests: most = MOST_REQUESTS, ...mostOfPage }: Limits = {},
): Promise<void> {
  const { weights, requests } = await weigh(page, url);
  for (const [type, bytes] of Object.entries({ ...MOST, ...mostOfPage })) {
    expect(weights.get(type), type).toBeGreaterThan(0);
    expect(weights.get(type), type).toBeLessThan(bytes);
  }
  expect(requests).toBeLessThanOrEqual(most);
}

async function weigh(page: Page, url: string): Promise<{ weights: Map<string, number>; requests: number }> {
  const weights = new Map<string, number>();
  const types = new Map<string, string>();
  const devTools = await page.context().newCDPSession(page);
  await devTools.send("Network.enable");
  devTools.on("Network.responseReceived", ({ requestId, type }) => types.set(requestId, type));
  devTools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const type = types.get(requestId) ?? "none";
    weights.set(type, (weights.get(type) ?? 0) + encodedDataLength);
  });
  await page.goto(url);
  await page.waitForLoadState("networkidle");
  return { weights, requests: types.size };
}
