import { type BrowserContext, expect, type Page, test } from "playwright/test";
import { passGrace } from "./change-session.ts";
import { newSession, send } from "./client.ts";

// Clients without one shared refresh, as many are written: each call that gets a 401 refreshes by itself, and tries again.

const ROUNDS = 30;
const databaseUrl = process.env.TEST_DATABASE_URL ?? "";

/** Makes calls in parallel. Returns the last status of each. */
function callAtOnce(page: Page, calls: number): Promise<number[]> {
  return page.evaluate((count) => {
    async function call(): Promise<number> {
      const first = await fetch("/api/user/profile/");
      if (first.status !== 401) return first.status;
      const refreshed = await fetch("/api/token/refresh/", { method: "POST" });
      return refreshed.ok ? (await fetch("/api/user/profile/")).status : refreshed.status;
    }
    return Promise.all(Array.from({ length: count }, call));
  }, calls);
}

async function refreshCookie(context: BrowserContext): Promise<string> {
  return (await context.cookies()).find(({ name }) => name === "refresh_token")?.value ?? "";
}

for (const [what, tabs, calls] of [
  ["one page with ten calls", 1, 10],
  ["three tabs with four calls each", 3, 4],
] as const) {
  test(`${what} at once, ${ROUNDS} times an expired access token: the session goes on, and a replay still ends it`, async ({
    context,
    baseURL: origin = "",
  }) => {
    const { cookies, refresh: first } = await newSession(origin);
    await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: origin, httpOnly: true })));
    const pages = await Promise.all(Array.from({ length: tabs }, () => context.newPage()));
    for (const page of pages) await page.goto("/robots.txt");
    for (let round = 0; round < ROUNDS; round += 1) {
      await context.clearCookies({ name: "access_token" });
      // Two of three rounds begin with a token that is old enough to be exchanged.
      if (round % 3 > 0) await passGrace(databaseUrl, await refreshCookie(context));
      const statuses = await Promise.all(pages.map((page) => callAtOnce(page, calls)));
      expect(statuses.flat(), `round ${round}`).toEqual(Array(tabs * calls).fill(200));
    }
    const latest = await refreshCookie(context);
    expect(latest).not.toBe(first);
    for (const token of [first, latest]) {
      const answer = await send(origin, "POST", "/api/token/refresh/", { json: { refresh: token } });
      expect(answer.status).toBe(401);
    }
  });
}
