import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Answer, freshName, newSession, PASSWORD, send, signUp, signUpBody } from "#e2e/client.ts";
import { eventually, startServer, type TestServer } from "#e2e/harness.ts";

/** One thread, and hashes that take most of a second: its queue fills quickly. */
let slow: TestServer;
/** One thread, and quick hashes: its queue holds many. */
let quick: TestServer;

beforeAll(async () => {
  const variables = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), TRUSTED_PROXIES: "127.0.0.1" };
  const settings = { ...variables, WEB_CONCURRENCY: "1", HASH_THREADS: "1" };
  [slow, quick] = await Promise.all([startServer({ ...settings, BCRYPT_COST: "13" }), startServer(settings)]);
});
afterAll(() => Promise.all([slow.stop(), quick.stop()]));

test("more logins than can be hashed in 15 s are turned away at once, and the rest stays fast", async () => {
  const { cookies } = await newSession(inject("origin"));
  const settled: Answer[] = [];
  for (let login = 0; login < 60; login += 1) {
    const json = { username: freshName(), password: PASSWORD };
    // The last ones are still waiting when the server is stopped.
    send(slow.origin, "POST", "/api/token/", { json }).then(
      (answer) => settled.push(answer),
      () => undefined,
    );
  }
  await eventually(() => settled.filter(({ status }) => status === 503).length >= 20);
  const refused = settled.filter(({ status }) => status === 503);
  // The admitted logins still wait; the others have had their refusal.
  expect(settled.length - refused.length).toBeLessThan(10);
  for (const { text, headers } of refused) {
    expect(text).toBe('{"detail":"Service temporarily unavailable.","code":"unavailable"}');
    expect(Number(headers["retry-after"])).toBeGreaterThan(0);
    expect(Number(headers["retry-after"])).toBeLessThanOrEqual(60);
  }
  expect((await send(slow.origin, "GET", "/api/user/profile/", { cookies })).status).toBe(200);
  expect(settled.length).toBeLessThan(60);
});

type Timed = Answer & { milliseconds: number };

async function timed(request: Promise<Answer>): Promise<Timed> {
  const startedAt = performance.now();
  return { ...(await request), milliseconds: performance.now() - startedAt };
}

const median = (answers: Timed[]) =>
  answers.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)[Math.floor(answers.length / 2)] ?? 0;

const REQUESTS = {
  logins: (username: string) => ["/api/token/", { username, password: PASSWORD }] as const,
  signups: () => ["/api/user/signup/", signUpBody()] as const,
};

test.each([
  ["logins", 1],
  ["logins", 12],
  ["signups", 1],
] as const)(
  "95 %s in flight from %d address(es), retried on 503, wait longer than a client at another address",
  async (what, addresses) => {
    const users = [await signUp(inject("origin")), await signUp(inject("origin"))];
    const ask = (user: number, address: string) => {
      const [path, json] = REQUESTS[what](users[user]?.username ?? "");
      return timed(send(quick.origin, "POST", path, { json, headers: { "x-forwarded-for": address } }));
    };
    const attacks: Timed[] = [];
    let isOver = false;
    const attackers = Array.from({ length: 95 }, async (_, index) => {
      while (!isOver) {
        attacks.push(await ask(0, `198.51.100.${index % addresses}`));
        // A script on another machine would not wait. Here it shares the cores with the server.
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    });
    const others: Timed[] = [];
    try {
      await eventually(() => attacks.filter(({ status }) => status !== 503).length > 12, 60);
      for (let count = 0; count < 4; count += 1) others.push(await ask(1, `203.0.113.${count}`));
    } finally {
      isOver = true;
      await Promise.all(attackers);
    }
    expect(others.map(({ status }) => status)).toEqual(others.map(() => (what === "logins" ? 200 : 201)));
    const served = attacks.filter(({ status }) => status !== 503);
    for (const { milliseconds } of [...served, ...others]) expect(milliseconds).toBeLessThan(15_000);
    expect(median(others)).toBeLessThan(median(served));
  },
);

test("a hashing thread that can't be loaded is tried again after ever longer waits, and logins get 503 meanwhile", async () => {
  const directory = await mkdtemp(join(tmpdir(), "movieconnect-"));
  const [preload, broken] = [join(directory, "preload.mjs"), join(directory, "broken")];
  // Loaded before each thread's own file: while the other file is there, no thread comes up.
  await writeFile(
    preload,
    `import { existsSync } from "node:fs";
     import { isMainThread } from "node:worker_threads";
     if (!isMainThread && existsSync(${JSON.stringify(broken)})) throw new Error("EMFILE: too many open files");`,
  );
  const own = await startServer({
    DATABASE_URL: inject("databaseUrl"),
    AUTH_SECRET: inject("authSecret"),
    WEB_CONCURRENCY: "1",
    NODE_OPTIONS: `--import ${preload}`,
  });
  await writeFile(broken, "");
  const { username } = await signUp(inject("origin"));
  const login = () => timed(send(own.origin, "POST", "/api/token/", { json: { username, password: PASSWORD } }));
  const failures = () =>
    own
      .output()
      .split("\n")
      .filter((line) => line.includes("a hashing thread could not be loaded"));
  const refused = await Promise.all(Array.from({ length: 5 }, login));
  for (const answer of refused) {
    expect([answer.status, answer.json.code]).toEqual([503, "unavailable"]);
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
  }
  const waits = () => failures().map((line): number => JSON.parse(line).retry_in_ms);
  await eventually(() => waits().filter((wait) => wait === 1_000).length >= 2);
  // Two threads, each twice as late as the time before. On a slow machine one may be a step ahead of the other.
  const first = waits().filter((wait) => wait <= 1_000);
  expect(first.sort((a, b) => a - b)).toEqual([250, 250, 500, 500, 1_000, 1_000]);
  expect((await login()).status).toBe(503);
  await rm(broken);
  await eventually(async () => (await login()).status === 200);
  await own.stop();
  await rm(directory, { recursive: true });
});
