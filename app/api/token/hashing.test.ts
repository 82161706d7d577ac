import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Answer, freshName, newSession, PASSWORD, send } from "@/e2e/client";
import { eventually, startServer, type TestServer } from "@/e2e/harness";

/** One thread, and hashes that take most of a second: a queue that fills quickly. */
let slow: TestServer;

beforeAll(async () => {
  const settings = { WEB_CONCURRENCY: "1", HASH_THREADS: "1", BCRYPT_COST: "13" };
  slow = await startServer({ DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), ...settings });
});
afterAll(() => slow.stop());

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
  // Whoever was let in waits; whoever was not knows already.
  expect(settled.length - refused.length).toBeLessThan(10);
  for (const { text, headers } of refused) {
    expect(text).toBe('{"detail":"Service temporarily unavailable.","code":"unavailable"}');
    expect(Number(headers["retry-after"])).toBeGreaterThan(0);
    expect(Number(headers["retry-after"])).toBeLessThanOrEqual(60);
  }
  expect((await send(slow.origin, "GET", "/api/user/profile/", { cookies })).status).toBe(200);
  expect(settled.length).toBeLessThan(60);
});
