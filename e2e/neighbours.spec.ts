import { expect, test } from "playwright/test";
import { freshName, newSession, signUp } from "./client.ts";
import { sign } from "./forge.ts";
import { startServer, type TestServer } from "./harness.ts";
import { arrive, logInByForm } from "./people.ts";

// Cookies know no ports: other applications on this host, and other instances of this one, share the jar with us, whatever
// path a cookie was set for.

const othersToken = sign({ sub: freshName(), iss: "another application" }, "a-secret-of-another-application-0123456789");

const here = process.env.TEST_ORIGIN ?? "";
let other: TestServer;
test.beforeAll(async () => {
  // Its own secret, so that the other instance's tokens do not verify here.
  other = await startServer({ DATABASE_URL: process.env.TEST_DATABASE_URL ?? "", WEB_CONCURRENCY: "1" });
});
test.afterAll(() => other.stop());

test("another application's cookies at other paths end no session, and are still there after it", async ({ page, context }) => {
  const { hostname: domain } = new URL(here);
  const theirs = ["/api/user", "/api/user/profile", "/api/token", "/api"].flatMap((path) =>
    ["access_token", "refresh_token"].map((name) => ({ name, value: othersToken, domain, path })),
  );
  await context.addCookies(theirs);
  const username = await arrive(page, here);
  const call = (method: string, path: string) =>
    page.evaluate(([method, path]) => fetch(path ?? "", { method }).then(({ status }) => status), [method, path] as const);
  expect(await call("GET", "/api/user/profile/")).toBe(200);
  expect(await call("POST", "/api/token/refresh/")).toBe(200);
  expect(await call("GET", "/api/user/profile/")).toBe(200);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${username}`);
  expect(await call("POST", "/api/user/logout/")).toBe(200);
  await page.goto("/");
  await expect(page).toHaveURL(/\/login/);
  const left = await context.cookies([`${here}/api/user/profile/`, `${here}/api/token/`]);
  // The autofill of the login form has asked for a passkey.
  expect(left.filter(({ name }) => name !== "passkey_browser").map(({ value }) => value)).toEqual(theirs.map(() => othersToken));
});

test("a visit to one instance does not end the session of another on the same host", async ({ page, context }) => {
  const { user, cookies } = await newSession(here);
  await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: here })));
  const elsewhere = new URL(other.origin);
  elsewhere.hostname = new URL(here).hostname;
  for (const path of ["/", "/login", "/nothing-here"]) await page.goto(new URL(path, elsewhere).href);
  const refused = await page.evaluate(() =>
    Promise.all(
      ["/api/token/refresh/", "/api/user/logout/"].map((path) => fetch(path, { method: "POST" }).then(({ status }) => status)),
    ),
  );
  expect(refused).toEqual([401, 401]);
  await page.goto(here);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${user.username}`);
});

test("a login at one instance replaces the other's cookies, and going back leads to the login page", async ({ page }) => {
  await arrive(page, here);
  const { username } = await signUp(other.origin);
  const elsewhere = new URL(other.origin);
  elsewhere.hostname = new URL(here).hostname;
  await page.goto(new URL("/login", elsewhere).href);
  await logInByForm(page, username);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${username}`);
  await page.goto(here);
  await expect(page).toHaveURL(/\/login/);
  await page.goto(elsewhere.href);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${username}`);
});
