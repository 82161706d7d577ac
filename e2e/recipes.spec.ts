import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { type BrowserContext, expect, type Page, test } from "playwright/test";
import { freePort } from "#db/embedded/ports.ts";
import { type IdentityProvider, startIdentityProvider } from "#e2e/providers/identity-provider.ts";
import { newVisitor, signInAt } from "#e2e/providers/visitor.ts";
import { environmentWith } from "#lib/config.ts";
import { passGrace } from "./change-session.ts";
import { freshName, logIn, PASSWORD, send, signUpBody } from "./client.ts";
import { FAILING, FAILURES, MADE_TO_FAIL } from "./failures.ts";
import { claimsOf, sign } from "./forge.ts";
import { eventually, startPostgres, startServer, type TestPostgres, type TestServer, withDatabase } from "./harness.ts";
import { launch, pausePostgres, startCommand } from "./launch.ts";
import { fillSignUp, logInByForm, untilScriptsRun } from "./people.ts";
import { copyWithRecipes, readRecipes } from "./recipes.ts";

// A page that is open to visitors and runs a statement of its own.
const OWN_PAGES = [
  {
    file: "lib/asking.ts",
    code: `import { database } from "#db/pool.ts";
      export const ask = () => database().query<{ one: number }>("select 1 as one");
    `,
  },
  {
    file: "app/asking/page.tsx",
    code: `import Link from "next/link";
      import { ask } from "#lib/asking.ts";
      export default async function AskingPage() {
        const [row] = await ask();
        return <Link href="/films" prefetch={false}>Go on, {row?.one}</Link>;
      }
    `,
  },
];

test.describe("the recipes of the README and of docs/recipes.md", () => {
  test.describe.configure({ mode: "serial" });
  let directory: string;
  let postgres: TestPostgres;
  let server: TestServer;

  /** A new account of the changed signup, signed in. */
  async function newSession(origin: string) {
    const user = { ...signUpBody(), city: "Kyoto" };
    expect((await send(origin, "POST", "/api/user/signup/", { json: user })).status).toBe(201);
    return { user, ...(await logIn(origin, user)) };
  }

  /** Brings about what an expiry does: the browser has no access token any more, and the refresh token will be exchanged. */
  async function letAccessExpire(context: BrowserContext, refresh: string): Promise<void> {
    await passGrace(postgres.url, refresh);
    await context.clearCookies({ name: "access_token" });
  }

  test.beforeAll(async () => {
    // It makes a build, which took over 3 minutes beside other tests.
    test.setTimeout(600_000);
    directory = await copyWithRecipes([...OWN_PAGES, ...FAILING]);
    // A database of its own: a recipe migrates it.
    postgres = await startPostgres();
    server = await startServer({ DATABASE_URL: postgres.url, WEB_CONCURRENCY: "1", MAIL_PAGE: "on" }, directory);
  });
  test.afterAll(async () => {
    await server?.stop();
    await postgres?.stop();
  });

  test("compile", () => {
    const { stdout, status } = spawnSync("npx", ["tsc", "--noEmit", "--incremental", "false"], {
      cwd: directory,
      encoding: "utf8",
    });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });

  test("a vote is among the account's events, and is told by mail", async () => {
    const { cookies } = await newSession(server.origin);
    const json = { film: "Rashomon", stars: 5 };
    expect((await send(server.origin, "POST", "/api/films/votes/", { json, cookies })).status).toBe(200);
    const { results } = (await send(server.origin, "GET", "/api/user/events/", { cookies })).json;
    expect(results[0].event).toBe("film_voted");
    await eventually(async () => (await send(server.origin, "GET", "/dev/mail")).text.includes("Thank you for your vote"));
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

  test("an endpoint with a body refuses what its schema does not accept, in Django REST Framework's words", async () => {
    const { user, cookies } = await newSession(server.origin);
    const vote = (json: unknown) => send(server.origin, "POST", "/api/films/votes/", { cookies, json });
    const tooMany = await vote({ film: "Ran", stars: 6 });
    expect([tooMany.status, tooMany.json]).toEqual([400, { stars: ["Ensure this value is less than or equal to 5."] }]);
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

  for (const colorScheme of ["light", "dark"] as const) {
    test(`a page of the shell has the header, the menu and margins, in ${colorScheme}, wide and narrow`, async ({
      page,
      context,
    }) => {
      const { user, cookies } = await newSession(server.origin);
      const url = server.origin;
      await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url })));
      await page.emulateMedia({ colorScheme });
      for (const width of [320, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(`${url}/films`);
        await expect(page.getByRole("button", { name: "Log out" })).toBeEnabled();
        await expect(page.getByRole("banner").getByText(user.username)).toBeVisible();
        await expect(page.getByRole("link", { name: "Films" })).toHaveAttribute("aria-current", "page");
        const heading = await page.getByRole("main").getByRole("heading", { level: 1 }).boundingBox();
        const header = await page.getByRole("banner").boundingBox();
        expect(heading?.x).toBeGreaterThanOrEqual(16);
        expect(heading?.y).toBeGreaterThanOrEqual((header?.height ?? 0) + 16);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
      }
      await page.getByRole("link", { name: "Home" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${user.username}`);
    });
  }

  test("a field that the signup gained is asked for, stored and sent back", async ({ page }) => {
    await page.goto(`${server.origin}/signup`);
    const username = await fillSignUp(page, freshName());
    await page.getByRole("button", { name: "Sign up" }).click();
    await expect(page.getByLabel("City")).toBeFocused();
    await expect(page.getByLabel("City")).toHaveAccessibleDescription("Fill this in.");
    await page.getByLabel("City").fill(" Kyoto ");
    await page.getByRole("button", { name: "Sign up" }).click();
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${username}`);
    const stored = await withDatabase(postgres.url, (query) => query("select city from users where username = $1", [username]));
    expect(stored).toEqual([{ city: "Kyoto" }]);
    const answer = await send(server.origin, "POST", "/api/user/signup/", { json: { ...signUpBody(), city: "Nara" } });
    expect([answer.status, answer.json.city]).toEqual([201, "Nara"]);
    const owner = await newSession(server.origin);
    const exported = await send(server.origin, "GET", "/api/user/account/export/", { cookies: owner.cookies });
    expect(exported.json.account).toEqual([expect.objectContaining({ username: owner.user.username, city: "Kyoto" })]);
    const made = freshName();
    const details = { username: made, email: `${made}@example.com`, "birth-date": "1990-01-02", city: "Osaka" };
    const options = Object.entries(details).flatMap(([option, value]) => [`--${option}`, value]);
    const manage = ["--import", "tsx", "bin/manage.ts", "user", "create", "--generate-password"];
    const env = environmentWith({ DATABASE_URL: postgres.url });
    const { status, stderr } = spawnSync(process.execPath, [...manage, ...options], { cwd: directory, env, encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
    const [row] = await withDatabase(postgres.url, (query) => query("select city from users where username = $1", [made]));
    expect(row).toEqual({ city: "Osaka" });
  });

  test("a migration that is written while the application runs in development is named on the terminal", async () => {
    const command = [...startCommand(directory), "--dev"];
    const dev = launch({ DATABASE_URL: postgres.url }, { command, cwd: directory });
    await dev.origin;
    const migration = join(directory, "db", "migrations", "0013_towns.sql");
    await writeFile(migration, "alter table users add column town text;");
    await eventually(() => /db\/migrations\/0013_towns\.sql has not been run/.test(dev.output()));
    dev.process.kill("SIGTERM");
    expect(await dev.ended).toBe(0);
    // A changed source would be built again.
    await rm(migration);
  });

  test("calls with an expired access token share one refresh, and succeed", async ({ page, context }) => {
    const { user, cookies, refresh } = await newSession(server.origin);
    const url = server.origin;
    await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url })));
    await page.goto(`${url}/films`);
    await untilScriptsRun(page);
    const requests: string[] = [];
    page.on("request", (request) => requests.push(new URL(request.url()).pathname));
    await letAccessExpire(context, refresh);
    await page.evaluate(() => {
      for (const button of document.querySelectorAll<HTMLButtonElement>("main button")) button.click();
    });
    await expect(page.getByRole("main").getByRole("listitem")).toHaveText(`Rashomon, as seen by ${user.username}`);
    await expect(page.getByRole("status")).toHaveText("5 stars given");
    expect(requests.filter((path) => path === "/api/token/refresh/")).toHaveLength(1);
    expect(requests.filter((path) => path === "/api/films/")).toHaveLength(2);
    expect(requests.filter((path) => path === "/api/films/votes/")).toHaveLength(2);
  });

  test("a call in a session that has ended leads to the login page", async ({ page, context }) => {
    const { user, cookies } = await newSession(server.origin);
    const url = server.origin;
    await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url })));
    await page.goto(`${url}/films`);
    await untilScriptsRun(page);
    const other = await logIn(url, user);
    await send(url, "DELETE", "/api/user/sessions/", { cookies: other.cookies });
    await page.getByRole("button", { name: /^Show what/ }).click();
    await expect(page).toHaveURL(/\/login\?next=%2Ffilms$/);
  });

  for (const { path, place, status, says, headers = {} } of FAILURES) {
    test(`an error in ${place} is one line of the log, with the number that the page shows`, async ({ page }) => {
      await page.setExtraHTTPHeaders(headers);
      const before = server.output().length;
      const answer = await page.goto(`${server.origin}${path}?token=secret`);
      expect(answer?.status()).toBe(status);
      await expect(page.getByRole("heading", { name: "Short intermission", level: 1 })).toBeVisible();
      const request_id = answer?.headers()["x-request-id"];
      const told = await failuresSince(before, { request_id });
      expect(told).toMatchObject([{ err: { message: says, stack: expect.stringContaining("\n    at ") }, method: "GET", path }]);
      expect(told[0]).toMatchObject({ digest: await shownNumber(page), request_id });
      expect(JSON.stringify(told)).not.toContain("token=secret");
    });
  }

  test("an error in a page that was reached by a link is one line of the log, with the number that the page shows", async ({
    page,
  }) => {
    await page.goto(`${server.origin}/failing/link`);
    const before = server.output().length;
    await page.getByRole("link", { name: "Go on" }).click();
    await expect(page.getByRole("heading", { name: "Short intermission", level: 1 })).toBeVisible();
    const told = await failuresSince(before, { path: "/failing/page" });
    expect(told).toMatchObject([{ digest: await shownNumber(page), path: "/failing/page", err: { message: "a bug in a page" } }]);
  });

  test("a page that fails only in the browser shows no number, and says what to report instead", async ({ page }) => {
    await page.goto(`${server.origin}/failing/browser`);
    await page.getByRole("button", { name: "Fail" }).click();
    await expect(page.getByText("tell us when it was, and what you did.")).toBeVisible();
    await expect(page.getByText("this number")).toHaveCount(0);
  });

  test("every 500 has a line of level 50 with its request's id, also of a plain route handler", async () => {
    for (const [path, headers] of [
      ["/api/failing", {}],
      ["/api/failing/mute", {}],
      ["/failing/abort", {}],
      ["/login", { [MADE_TO_FAIL]: "the whole of proxy.ts" }],
    ] as const) {
      const before = server.output().length;
      const answer = await send(server.origin, "GET", path, { headers });
      expect(answer.status).toBe(500);
      const request_id = answer.headers["x-request-id"];
      const told = await failuresSince(before, { request_id });
      expect(told.map((line) => line.request_id)).toEqual([request_id]);
    }
  });

  /** The lines that say what failed. Waits for this request's own line, which comes last: those of earlier requests may come late. */
  async function failuresSince(offset: number, request: object): Promise<Record<string, unknown>[]> {
    const lines = () =>
      (
        server
          .output()
          .slice(offset)
          .match(/^\{.*\}$/gm) ?? []
      ).map((line) => JSON.parse(line));
    const own = Object.entries({ event: "request", ...request });
    await eventually(() => lines().some((line) => own.every(([name, value]) => line[name] === value)));
    return lines().filter(({ level }) => level >= 50);
  }

  async function shownNumber(page: Page): Promise<string | undefined> {
    return /this number: (\S+)/.exec((await page.getByRole("main").textContent()) ?? "")?.[1];
  }

  test.describe("next-auth's own functions", () => {
    const secret = randomBytes(32).toString("base64url");
    let oidc: IdentityProvider;
    let own: TestServer;
    test.beforeAll(async () => {
      const port = await freePort();
      const origin = `http://127.0.0.1:${port}`;
      oidc = await startIdentityProvider({ redirectUris: [`${origin}/api/auth/callback/oidc`] });
      const settings = { PORT: String(port), PUBLIC_URL: origin, AUTH_SECRET: secret, WEB_CONCURRENCY: "1" };
      own = await startServer({ DATABASE_URL: postgres.url, ...settings, ...oidc.variables }, directory);
    });
    test.afterAll(async () => {
      await own?.stop();
      await oidc?.stop();
    });

    /** The recipe's page for a new account that a password has logged in. */
    async function openSession(page: Page) {
      const session = await newSession(own.origin);
      const cookies = Object.entries(session.cookies).map(([name, value]) => ({ name, value, url: own.origin }));
      await page.context().addCookies(cookies);
      await page.goto(`${own.origin}/session`);
      return session;
    }

    const heading = (page: Page) => page.getByRole("heading", { level: 1 });
    const panel = (page: Page) => page.getByRole("main").getByRole("status");

    async function expectKnown(page: Page, name: string): Promise<void> {
      await expect(heading(page)).toHaveText(`The server knows ${name}`);
      await expect(panel(page)).toHaveText(`The browser knows ${name}.`);
    }

    const isAlive = async (refresh: string) =>
      (await send(own.origin, "POST", "/api/token/refresh/", { json: { refresh } })).status === 200;

    test("know a session that a password opened, change nothing of it, and end it in every tab", async ({ page, context }) => {
      const { user, cookies, refresh } = await openSession(page);
      await expectKnown(page, user.username);
      const asked = page.waitForResponse((answer) => answer.url().endsWith("/api/auth/session"));
      await page.getByRole("button", { name: "Update" }).click();
      const { user: said } = await (await asked).json();
      expect(said).toEqual({ id: expect.stringMatching(/^\d+$/), name: user.username });
      await expectKnown(page, user.username);
      expect((await send(own.origin, "GET", "/api/films/owner", { cookies })).json).toEqual({ owner: user.username });
      expect((await send(own.origin, "GET", "/api/films/owner")).json).toEqual({ owner: null });

      const other = await context.newPage();
      await other.goto(`${own.origin}/session`);
      await expectKnown(other, user.username);
      await page.getByRole("button", { name: "Sign out from the browser" }).click();
      await expectKnown(page, "nobody");
      await expect(panel(other)).toHaveText("The browser knows nobody.");
      expect((await context.cookies()).filter(({ name }) => name.endsWith("_token"))).toEqual([]);
      expect(await isAlive(refresh)).toBe(false);
    });

    test("keep a session past its access token by a poll and in a route handler, with ordinary new tokens", async ({ page }) => {
      await page.clock.install();
      const { user, refresh } = await openSession(page);
      const accessToken = async () => (await page.context().cookies()).find(({ name }) => name === "access_token")?.value;
      const first = await accessToken();
      await letAccessExpire(page.context(), refresh);
      const polled = page.waitForResponse((answer) => answer.url().endsWith("/api/auth/session"));
      await page.clock.runFor(61_000);
      expect((await (await polled).json()).user.name).toBe(user.username);
      await expectKnown(page, user.username);
      expect(await accessToken()).not.toBe(first);

      const other = await newSession(own.origin);
      await passGrace(postgres.url, other.refresh);
      const claims = claimsOf(other.cookies.access_token ?? "");
      const cookies = { ...other.cookies, access_token: sign({ ...claims, exp: 1_000_000_000 }, secret) };
      expect((await send(own.origin, "GET", "/api/user/profile/", { cookies })).status).toBe(401);
      const answer = await send(own.origin, "GET", "/api/films/owner", { cookies });
      expect(answer.json).toEqual({ owner: other.user.username });
      const renewed = await send(own.origin, "GET", "/api/user/profile/", { cookies: answer.cookies });
      expect([renewed.status, renewed.json]).toEqual([200, { username: other.user.username }]);
    });

    test("lead to a provider and back to the page", async ({ page }) => {
      const username = freshName();
      const visitor = newVisitor(own.origin);
      await signInAt(visitor, "oidc", username);
      const json = { username, age: "1990-01-02", city: "Kyoto" };
      expect((await visitor.send("POST", "/api/user/signup/complete/", { json })).status).toBe(201);
      const stored = await withDatabase(postgres.url, (query) => query("select city from users where username = $1", [username]));
      expect(stored).toEqual([{ city: "Kyoto" }]);

      await page.goto(`${own.origin}/session`);
      await expectKnown(page, "nobody");
      await page.getByRole("button", { name: "Sign in from the browser" }).click();
      await page.getByLabel("Login name").fill(username);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("button", { name: "Allow" }).click();
      await expect(page).toHaveURL(`${own.origin}/session`);
      await expectKnown(page, username);
      await page.getByRole("button", { name: "Sign out from the browser" }).click();
      await expectKnown(page, "nobody");
      await page.getByRole("button", { name: "Sign in from the browser" }).click();
      await expectKnown(page, username);
    });
  });

  test.describe("while the database hangs", () => {
    let alone: TestServer;
    test.beforeAll(async () => {
      const settings = { DATABASE_URL: postgres.url, REVOCATION_POLL_MS: "100", WEB_CONCURRENCY: "1" };
      alone = await startServer(settings, directory);
    });
    test.afterAll(() => alone?.stop());

    test("pages for the signed-in, pages with statements of their own and soft navigations show the intermission", async ({
      page,
      context,
      browser,
    }) => {
      const { user, cookies } = await newSession(alone.origin);
      const url = alone.origin;
      await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url })));
      await page.goto(`${url}/asking`);
      const visitor = await browser.newPage();
      const heading = { name: "Short intermission", level: 1 };
      const isJudgedByDatabase = async () => (await send(url, "GET", "/api/user/profile/", { cookies })).status === 503;

      const resume = await pausePostgres(postgres.directory);
      try {
        await eventually(isJudgedByDatabase);
        await page.getByRole("link", { name: "Go on" }).click();
        await expect(page.getByRole("heading", heading)).toBeVisible();
        await expect(page).toHaveURL(`${url}/films`);
        for (const [who, path] of [
          [page, "/films"],
          [page, "/asking"],
          [visitor, "/asking"],
        ] as const) {
          const answer = await who.goto(url + path);
          expect([answer?.status(), answer?.headers()["retry-after"]]).toEqual([503, "2"]);
          await expect(who.getByRole("heading", heading)).toBeVisible();
        }
      } finally {
        resume();
      }
      await eventually(async () => !(await isJudgedByDatabase()));
      await page.goto(`${url}/films`);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Films of ${user.username}`);
      await visitor.getByRole("link", { name: "Try again" }).click();
      await expect(visitor.getByRole("link", { name: "Go on" })).toBeVisible();
      await visitor.close();
      expect(alone.output()).not.toContain('"level":50');
    });
  });
});
