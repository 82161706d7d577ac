import { expect, type Page, test } from "playwright/test";
import { freshName, PASSWORD } from "./client.ts";
import { arrive } from "./people.ts";
import { readScripts } from "./read-scripts.ts";

const endpoint = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

test("an endpoint can be tried with the keyboard alone, and shows the request, the status, the headers and the body", async ({
  page,
}) => {
  const username = freshName();
  await page.goto("/docs");
  const signUp = endpoint(page, "Sign up");
  const body = { username, email: `${username}@example.com`, password: PASSWORD, age: "1990-01-02" };
  await signUp.getByLabel("Body").fill(JSON.stringify(body));
  await expect(signUp.getByRole("button", { name: "Send" })).toBeEnabled();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(signUp.getByRole("status")).toHaveText(/^201/);
  await expect(signUp.locator("form")).toContainText(`"username": "${username}"`);
  await expect(signUp.locator("form")).toContainText("cache-control: no-store");
  await signUp.getByRole("button", { name: "Send" }).click();
  await expect(signUp.getByRole("status")).toHaveText(/^400/);
  await expect(signUp.locator("form")).toContainText("A user with that username already exists.");
});

test("cookies travel by themselves from one endpoint to the next, and the page shows no token that scripts may not have", async ({
  page,
}) => {
  const username = freshName();
  await page.goto("/docs");
  const send = async (name: string, body?: unknown) => {
    if (body) await endpoint(page, name).getByLabel("Body").fill(JSON.stringify(body));
    await endpoint(page, name).getByRole("button", { name: "Send" }).click();
    return endpoint(page, name).getByRole("status");
  };
  await expect(await send("Who is signed in")).toHaveText(/^401/);
  await expect(
    await send("Sign up", { username, email: `${username}@example.com`, password: PASSWORD, age: "1990-01-02" }),
  ).toHaveText(/^201/);
  await expect(await send("Log in", { username, password: PASSWORD })).toHaveText(/^200/);
  await expect(await send("Who is signed in")).toHaveText(/^200/);
  await expect(endpoint(page, "Who is signed in").locator("form")).toContainText(`"username": "${username}"`);
  await expect(await send("Renew the access token")).toHaveText(/^200/);
  await expect(endpoint(page, "Renew the access token").locator("form")).toContainText("Token refreshed.");
  await expect(await send("Log out")).toHaveText(/^200/);
  await expect(await send("Who is signed in")).toHaveText(/^401/);
});

test("an endpoint with a parameter in its path or its query can be tried, too", async ({ page, baseURL }) => {
  await arrive(page, baseURL ?? "");
  await page.goto("/docs");
  const events = endpoint(page, "What happened to the account");
  await events.getByRole("button", { name: "Send" }).click();
  await expect(events.locator("form")).toContainText('"event": "signup"');
  await events.getByLabel("before", { exact: true }).fill("0");
  await events.getByRole("button", { name: "Send" }).click();
  await expect(events.locator("form")).toContainText('"results": []');
  const end = endpoint(page, "End a session");
  await end.getByLabel("id", { exact: true }).fill("a/b?c");
  await end.getByRole("button", { name: "Send" }).click();
  await expect(end.getByRole("status")).toHaveText(/^404/);
  await expect(end.locator("form")).toContainText("Not found.");
});

test("the page says when the server is out of reach", async ({ page, context }) => {
  await page.goto("/docs");
  await page.waitForLoadState("networkidle");
  await context.setOffline(true);
  await endpoint(page, "Log out").getByRole("button", { name: "Send" }).click();
  await expect(endpoint(page, "Log out").getByRole("alert")).toHaveText(/No answer came/);
});

test("the page shows every endpoint of the document without scripts, and loads nothing from other sites", async ({
  browser,
  baseURL,
}) => {
  const origin = baseURL ?? "";
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: origin });
  const page = await context.newPage();
  const elsewhere: string[] = [];
  page.on("request", (request) => new URL(request.url()).origin === origin || elsewhere.push(request.url()));
  await page.goto("/docs");
  const { paths } = await (await context.request.get("/api/openapi.json")).json();
  expect(Object.keys(paths).length).toBeGreaterThan(5);
  for (const path of Object.keys(paths)) await expect(page.getByRole("main")).toContainText(path);
  await expect(page.getByRole("button", { name: "Send" }).first()).toBeDisabled();
  expect(elsewhere).toEqual([]);
  await context.close();
});

test("the script of the page about the API is on no other page", async ({ page }) => {
  const scripts = readScripts(page);
  const carriers = async () => (await scripts()).filter(({ text }) => text.includes("No answer came"));
  for (const path of ["/login", "/signup", "/nothing-here"]) {
    await page.goto(path);
    await page.waitForLoadState("networkidle");
    expect(await carriers()).toEqual([]);
  }
  await page.goto("/docs");
  await page.waitForLoadState("networkidle");
  expect(await carriers()).toHaveLength(1);
});
