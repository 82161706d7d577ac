import { expect, test } from "playwright/test";
import { send, signUp } from "./client.ts";
import { arrive, logInByForm, openUntilLoggedOut, untilScriptsRun } from "./people.ts";

test("a logout in one tab shows in the others", async ({ page, context, baseURL }) => {
  const username = await arrive(page, baseURL ?? "");
  const other = await context.newPage();
  await other.goto("/");
  await expect(other.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${username}`);
  await page.goto("/?private=1");
  await untilScriptsRun(page);
  await other.getByRole("button", { name: "Log out" }).click();
  for (const tab of [page, other]) {
    // The login page leads the next user to no page of the last one, and a reload does not repeat its notice.
    await expect(tab).toHaveURL("/login");
    await expect(tab.getByRole("status")).toHaveText("You are logged out. See you soon.");
    await expect(tab.getByText(username)).toHaveCount(0);
    await tab.reload();
    await expect(tab.getByRole("heading", { name: "Log in" })).toBeVisible();
    await expect(tab.getByRole("status")).toHaveCount(0);
  }
});

test("the login page says why it is shown", async ({ page, context, baseURL }) => {
  await page.goto("/?film=ran");
  await expect(page).toHaveURL("/login?next=%2F%3Ffilm%3Dran");
  await expect(page.getByText("Please log in to see that page.")).toBeVisible();
  const { username } = await signUp(baseURL ?? "");
  await logInByForm(page, username);
  await expect(page).toHaveURL("/?film=ran");
  const cookies = Object.fromEntries((await context.cookies()).map(({ name, value }) => [name, value]));
  await send(baseURL ?? "", "POST", "/api/user/logout/", { cookies });
  await openUntilLoggedOut(page, "/?film=ran");
  await expect(page).toHaveURL("/login?next=%2F%3Ffilm%3Dran");
  await expect(page.getByRole("status")).toHaveText("You are logged out. See you soon.");
  await page.reload();
  await expect(page.getByText("Please log in to see that page.")).toBeVisible();
  await logInByForm(page, username);
  await expect(page).toHaveURL("/?film=ran");
});

test("a login in one tab signs the others in", async ({ page, context, baseURL }) => {
  const { username } = await signUp(baseURL ?? "");
  const other = await context.newPage();
  await other.goto("/login");
  await expect(other.getByRole("button", { name: "Log in", exact: true })).toBeEnabled();
  await page.goto("/login");
  await logInByForm(page, username);
  await expect(other.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${username}`);
});

test("after a logout the back button shows nothing of the page before", async ({ page, baseURL }) => {
  const username = await arrive(page, baseURL ?? "");
  // The logout replaces its page in the history: the page before that is still there.
  await page.goto("/?behind");
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page).toHaveURL(/\/login/);
  await page.goBack();
  await expect(page.getByLabel("Username or email")).toBeVisible();
  await expect(page.getByText(username)).toHaveCount(0);
});

test("pages survive a reload and the back button", async ({ page, baseURL }) => {
  const username = await arrive(page, baseURL ?? "");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${username}`);
  await page.goto("/nothing-here");
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${username}`);
});

test("scripts can read nothing of the session", async ({ page, context, baseURL }) => {
  const prefix = baseURL?.startsWith("https:") ? "__Host-" : "";
  await arrive(page, baseURL ?? "");
  // The home page takes the note that the login was one with a password.
  await expect.poll(() => page.evaluate(() => sessionStorage.length)).toBe(0);
  const within = await page.evaluate(async () => ({
    cookie: document.cookie,
    local: localStorage.length,
    session: sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    html: document.documentElement.outerHTML,
  }));
  expect({ ...within, html: "" }).toEqual({ cookie: "", local: 0, session: 0, databases: 0, html: "" });
  // The autofill of the login form has asked for a passkey.
  const cookies = (await context.cookies()).filter(({ name }) => name !== `${prefix}passkey_browser`);
  expect(cookies.map(({ name }) => name).sort()).toEqual([`${prefix}access_token`, `${prefix}refresh_token`]);
  for (const { value } of cookies) expect(within.html).not.toContain(value);
});

test("a signed-in page is not stored, and no other path serves it", async ({ page, context, baseURL }) => {
  await arrive(page, baseURL ?? "");
  expect((await page.goto("/"))?.headers()["cache-control"]).toContain("no-store");
  for (const path of ["/x.css", "/login/x.css", "/;x.css", "/%2f", "/index.html"]) {
    expect((await context.request.get(path)).status(), path).toBe(404);
  }
});

test("another site can neither post nor read with a user's cookies", async ({ page, context, baseURL }) => {
  const username = await arrive(page, baseURL ?? "");
  // Another origin: localhost is not 127.0.0.1. Its pages are this application's 404.
  const elsewhere = new URL("/nothing-here", baseURL);
  elsewhere.hostname = elsewhere.hostname === "localhost" ? "127.0.0.1" : "localhost";
  const evil = await context.newPage();
  await evil.goto(elsewhere.href);
  const outcomes = await evil.evaluate(async (target) => {
    const types = [undefined, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"];
    const posts = types.map((type) => {
      const headers = type === undefined ? {} : { "content-type": type };
      return fetch(`${target}/api/user/logout/`, { method: "POST", mode: "no-cors", credentials: "include", headers }).then(
        () => "sent",
        () => "blocked",
      );
    });
    const read = fetch(`${target}/api/user/profile/`, { credentials: "include" }).then(
      (answer) => answer.text(),
      () => "blocked",
    );
    return { posts: await Promise.all(posts), read: await read };
  }, baseURL);
  expect(outcomes.read).toBe("blocked");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${username}`);
});
