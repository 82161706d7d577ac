import { spawnSync } from "node:child_process";
import { expect, test } from "playwright/test";
import { newSession, send } from "./client.ts";
import { startServer, type TestServer } from "./harness.ts";
import { logInByForm } from "./people.ts";
import { copyWithRecipes, readRecipes } from "./recipes.ts";

test.describe("the README's recipes", () => {
  test.describe.configure({ mode: "serial" });
  let directory: string;
  let server: TestServer;

  test.beforeAll(async () => {
    // A build, beside whatever else runs.
    test.setTimeout(180_000);
    directory = await copyWithRecipes();
    const settings = { ACCESS_TOKEN_LIFETIME: "2", WEB_CONCURRENCY: "1" };
    server = await startServer({ DATABASE_URL: process.env.TEST_DATABASE_URL ?? "", ...settings }, directory);
  });
  test.afterAll(() => server?.stop());

  test("their types are right", () => {
    const { stdout, status } = spawnSync("npx", ["tsc", "--noEmit", "--incremental", "false"], {
      cwd: directory,
      encoding: "utf8",
    });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });

  test("a new endpoint takes five lines and is closed to visitors", async () => {
    const recipes = await readRecipes();
    const endpoint = recipes.find(({ file }) => file === "app/api/films/route.ts");
    expect(endpoint?.code.trimEnd().split("\n")).toHaveLength(5);
    const refused = await send(server.origin, "GET", "/api/films/");
    expect(refused.status).toBe(401);
    expect(refused.json).toEqual({ detail: "Authentication credentials were not provided." });
    const { user, cookies } = await newSession(server.origin);
    const answer = await send(server.origin, "GET", "/api/films", { cookies });
    expect(answer.json).toEqual({ films: [`Rashomon, as seen by ${user.username}`] });
  });

  test("an endpoint with a body refuses what its schema does not take", async () => {
    const { user, cookies } = await newSession(server.origin);
    const vote = (json: unknown) => send(server.origin, "POST", "/api/films/votes/", { cookies, json });
    expect((await vote({ film: "Ran", stars: 6 })).status).toBe(400);
    expect(Object.keys((await vote({ stars: "5" })).json)).toEqual(["film", "stars"]);
    expect((await vote({ film: "Ran", stars: 4 })).json).toEqual({ by: user.username, film: "Ran", stars: 4 });
  });

  test("a protected page sends a visitor to the login page, and back", async ({ page }) => {
    const { user } = await newSession(server.origin);
    await page.goto(`${server.origin}/films?by=kurosawa`);
    await expect(page).toHaveURL(/\/login\?next=%2Ffilms%3Fby%3Dkurosawa$/);
    await logInByForm(page, user.username);
    await expect(page).toHaveURL(`${server.origin}/films?by=kurosawa`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Films of ${user.username}`);
  });

  test("calls with an expired access token share one refresh, and succeed", async ({ page, context }) => {
    const { user, cookies } = await newSession(server.origin);
    const url = server.origin;
    await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url })));
    await page.goto(`${url}/films`);
    const requests: string[] = [];
    page.on("request", (request) => requests.push(new URL(request.url()).pathname));
    await page.waitForTimeout(2_500);
    await page.evaluate(() => {
      for (const button of document.querySelectorAll("button")) button.click();
    });
    await expect(page.getByRole("listitem")).toHaveText(`Rashomon, as seen by ${user.username}`);
    await expect(page.getByRole("status")).toHaveText("5 stars given");
    expect(requests.filter((path) => path === "/api/token/refresh/")).toHaveLength(1);
    expect(requests.filter((path) => path === "/api/films/")).toHaveLength(2);
    expect(requests.filter((path) => path === "/api/films/votes/")).toHaveLength(2);
  });

  test("a call in a session that is over leads to the login page", async ({ page, context }) => {
    const { cookies } = await newSession(server.origin);
    const url = server.origin;
    await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url })));
    await page.goto(`${url}/films`);
    await send(url, "POST", "/api/user/logout/", { cookies });
    await page.getByRole("button", { name: /^Show what/ }).click();
    await expect(page).toHaveURL(/\/login\?next=%2Ffilms$/);
  });
});
