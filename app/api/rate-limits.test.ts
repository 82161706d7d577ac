import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Answer, freshName, PASSWORD, send, signUp } from "@/e2e/client";
import { startServer, type TestServer } from "@/e2e/harness";

// Two workers that trust this machine's word for the client's address, so that tests can be anybody.

const databaseUrl = inject("databaseUrl");
const VARIABLES = { DATABASE_URL: databaseUrl, AUTH_SECRET: inject("authSecret"), RATE_LIMITS: "on", LOG_LEVEL: "warn" };
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ ...VARIABLES, TRUSTED_PROXIES: "127.0.0.0/8,::1" });
});
afterAll(() => server.stop());

let last = 0;
/** An address of the documentation's range, another one each time. */
function freshAddress(): string {
  last += 1;
  return `2001:db8:${last.toString(16)}::${Math.floor(Math.random() * 0xffff).toString(16)}`;
}

const from = (address: string) => ({ "x-forwarded-for": address });
const attempt = (username: string, address: string, password = "wrong-password") =>
  send(server.origin, "POST", "/api/token/", { json: { username, password }, headers: from(address) });

/** How often the password was compared. */
const evaluated = (answers: Answer[]) => answers.filter(({ status }) => status === 200 || status === 401).length;

test("ten wrong passwords for one account from one address, also at once, and then 429 with when to come back", async () => {
  const { username } = await signUp(server.origin);
  const address = freshAddress();
  const answers = await Promise.all(Array.from({ length: 40 }, () => attempt(username, address)));
  expect(evaluated(answers)).toBe(10);
  const refused = await attempt(username, address, PASSWORD);
  expect(refused.status).toBe(429);
  const seconds = Number(refused.headers["retry-after"]);
  expect(seconds).toBeGreaterThan(800);
  expect(seconds).toBeLessThanOrEqual(900);
  expect(refused.json).toEqual({ detail: `Request was throttled. Expected available in ${seconds} seconds.` });
  expect(refused.headers["ratelimit-policy"]).toBe('"login-account-address";q=10;w=900');
  expect(refused.headers.ratelimit).toBe(`"login-account-address";r=0;t=${seconds}`);
});

test("the owner elsewhere is not locked out, and names that are nobody's are limited alike", async () => {
  const { username } = await signUp(server.origin);
  const address = freshAddress();
  for (const name of [username, freshName()]) {
    const answers = await Promise.all(Array.from({ length: 15 }, () => attempt(name, address)));
    expect(evaluated(answers)).toBe(10);
  }
  expect((await attempt(username, freshAddress(), PASSWORD)).status).toBe(200);
});

describe("10,000 guesses at one account", () => {
  test.each([
    ["one address", 1],
    ["thousands of addresses", 10_000],
  ])(
    "from %s are evaluated at most 100 times, and the owner logs in meanwhile",
    async (_whence, count) => {
      const { username, email } = await signUp(server.origin);
      const home = freshAddress();
      expect((await attempt(username, home, PASSWORD)).status).toBe(200);
      const addresses = Array.from({ length: count }, (_, index) => `2001:db8:ffff:${index.toString(16)}::1`);
      const answers: Answer[] = [];
      let next = 0;
      const guess = async () => {
        while (next < 10_000) {
          const index = next;
          next += 1;
          answers.push(await attempt(index % 2 ? username : email.toUpperCase(), addresses[index % count] ?? ""));
          if (index === 5_000) expect((await attempt(username, home, PASSWORD)).status).toBe(200);
        }
      };
      await Promise.all(Array.from({ length: 50 }, guess));
      expect(answers).toHaveLength(10_000);
      expect(evaluated(answers)).toBe(count === 1 ? 10 : 100);
      expect(answers.every(({ status }) => status === 401 || status === 429)).toBe(true);
    },
    180_000,
  );
});
