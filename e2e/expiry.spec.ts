import { expect, test } from "playwright/test";
import { newSession, signUp } from "./client.ts";
import { startServer, type TestServer } from "./harness.ts";
import { logInByForm } from "./people.ts";

// Access tokens live for two seconds here. One Playwright worker, so that there is one such server.

test.describe.configure({ mode: "default" });

let hasty: TestServer;

test.beforeAll(async () => {
  hasty = await startServer({
    DATABASE_URL: process.env.TEST_DATABASE_URL ?? "",
    ACCESS_TOKEN_LIFETIME: "2",
    WEB_CONCURRENCY: "1",
  });
});
test.afterAll(() => hasty.stop());

test("a page request with an expired access token renews the session for the page and for the browser", async ({
  page,
  context,
}) => {
  const { user, cookies } = await newSession(hasty.origin);
  const url = hasty.origin;
  await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url, httpOnly: true })));
  await page.waitForTimeout(2_500);
  await page.goto(url);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${user.username}`);
  const renewed = await context.cookies(url);
  expect(renewed.find(({ name }) => name === "refresh_token")?.value).not.toBe(cookies.refresh_token);
  expect(renewed.every(({ httpOnly, sameSite }) => httpOnly && sameSite === "Lax")).toBe(true);
});

test("everything still works when the access token expires while the user is on a page", async ({ page }) => {
  const { username } = await signUp(hasty.origin);
  await page.goto(`${hasty.origin}/login`);
  await logInByForm(page, username);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${username}`);
  for (let round = 0; round < 2; round += 1) {
    await page.waitForTimeout(2_500);
    await page.reload();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${username}`);
  }
  await page.waitForTimeout(2_500);
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page).toHaveURL(/\/login/);
  await page.goto(hasty.origin);
  await expect(page).toHaveURL(/\/login/);
});

test("a session that was ended elsewhere leads to the login page, and its cookies are gone", async ({ page, context }) => {
  const { cookies } = await newSession(hasty.origin);
  const url = hasty.origin;
  await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url })));
  await context.request.post(`${url}/api/user/logout/`, {
    headers: {
      cookie: Object.entries(cookies)
        .map((pair) => pair.join("="))
        .join("; "),
    },
  });
  await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url })));
  await page.goto(url);
  await expect(page).toHaveURL(/\/login/);
  expect((await context.cookies(url)).filter(({ value }) => value !== "")).toEqual([]);
});
