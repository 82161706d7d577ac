import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, newSession, send } from "./client.ts";
import { eventually, startPostgres, startServer, type TestPostgres, type TestServer } from "./harness.ts";
import { pausePostgres } from "./launch.ts";
import { scrapeWhole } from "./scrape.ts";

// What pages do while the database hangs, for visitors whose cookies can't be judged without it.

/**
 * The contract says 2 s. A test's clock also counts what a busy machine adds: about as much as the same pages take a visitor
 * without cookies, for whom the database is not asked.
 */
const LIMIT_MS = 2_000;
const SPARE_MS = 800;

const FOR_VISITORS = [
  ...["/login", "/signup?next=%2Ffilms", "/signup/complete", "/docs"],
  ...["/forgot-password", "/reset-password", "/confirm-email"],
];

let postgres: TestPostgres;
let server: TestServer;
let resume: () => void = () => undefined;
let both: Record<string, string>;
const refreshOnly = () => ({ refresh_token: both.refresh_token ?? "" });
const accessOnly = () => ({ access_token: both.access_token ?? "" });

beforeAll(async () => {
  postgres = await startPostgres();
  server = await startServer({ DATABASE_URL: postgres.url, REVOCATION_POLL_MS: "100", WEB_CONCURRENCY: "1" });
  both = (await newSession(server.origin)).cookies;
  expect((await page("/", both)).status).toBe(200);
  // A worker loads each page when it is first asked for. That takes its time, whatever the database does.
  for (const path of FOR_VISITORS) expect((await page(path, {})).status).toBe(200);
  resume = await pausePostgres(postgres.directory);
  // As long as the last poll is recent, access tokens are judged from memory.
  await eventually(async () => (await send(server.origin, "GET", "/api/user/profile/", { cookies: both })).status === 503);
});
afterAll(async () => {
  resume();
  await server.stop();
  await postgres.stop();
});

type Timed = Answer & { milliseconds: number };

async function page(path: string, cookies: Record<string, string>, headers: Record<string, string> = {}): Promise<Timed> {
  const startedAt = performance.now();
  const answer = await send(server.origin, "GET", path, { cookies, headers });
  return { ...answer, milliseconds: performance.now() - startedAt };
}

/** How long the pages for visitors take at the moment, all at once and without the database. */
async function usualMs(): Promise<number> {
  const answers = await Promise.all(FOR_VISITORS.map((path) => page(path, {})));
  return Math.max(...answers.map(({ milliseconds }) => milliseconds));
}

async function expectInTime(...answers: Timed[]): Promise<void> {
  const longest = Math.max(...answers.map(({ milliseconds }) => milliseconds));
  expect(longest).toBeLessThan(LIMIT_MS + SPARE_MS + 2 * (await usualMs()));
}

async function expectIntermission(answer: Timed): Promise<void> {
  expect([answer.status, answer.headers["retry-after"], answer.setCookies]).toEqual([503, "2", []]);
  await expectInTime(answer);
}

describe.each([
  ["an access token that can't be checked against the revocations", () => both],
  ["only an access token, which can't be checked", accessOnly],
  ["an access token that has expired", refreshOnly],
])("with %s", (_what, cookies) => {
  test("a page for the signed-in answers at once with the pages' own 503", async () => {
    const answer = await page("/", cookies());
    await expectIntermission(answer);
    expect(answer.headers["content-type"]).toMatch(/^text\/html/);
    expect(answer.headers["content-security-policy"]).toMatch(/'nonce-/);
    expect(answer.text).toMatch(/<h1[^>]*>Short intermission<\/h1>/);
  });

  test("the pages for visitors need no database, and are shown", async () => {
    const answers = await Promise.all(FOR_VISITORS.map((path) => page(path, cookies())));
    for (const { status, setCookies } of answers) expect([status, setCookies]).toEqual([200, []]);
    await expectInTime(...answers);
  });

  test("the header does not offer a login to a person who may be logged in", async () => {
    const [header = ""] = /<header.*?<\/header>/s.exec((await page("/docs", cookies())).text) ?? [];
    expect(header).toContain("Home");
    expect(header).not.toContain("Log in");
  });

  test("a soft navigation gets a 503, too, and the browser then loads the whole page", async () => {
    // Next redirects such a request to a URL that names its headers.
    const { headers } = await page("/", cookies(), { rsc: "1" });
    await expectIntermission(await page(headers.location ?? "", cookies(), { rsc: "1" }));
  });
});

test("a visitor without cookies is led to the login", async () => {
  expect((await page("/docs", {})).text).toMatch(/<header.*<a [^>]*>Log in<\/a>.*<\/header>/s);
  const answer = await page("/", {});
  expect([answer.status, answer.headers.location]).toEqual([307, "/login?next=%2F"]);
});

test("an unreachable database is not logged or counted as a bug", async () => {
  const text = await scrapeWhole(server.metrics);
  expect(text).toMatch(/http_requests_total\{route="page",method="GET",status="503"\} [1-9]/);
  expect(text).not.toMatch(/status="50[0124]"/);
  expect(server.output()).not.toContain('"level":50');
});

test("the outage logged nobody out", async () => {
  resume();
  await eventually(async () => (await page("/", refreshOnly())).status === 200);
  expect((await page("/", both)).status).toBe(200);
});
