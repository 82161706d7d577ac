import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, freshName, logIn, newSession, PASSWORD, send } from "#e2e/client.ts";
import { eventually, startPostgres, startServer, type TestPostgres, type TestServer } from "#e2e/harness.ts";

// More logins than both workers could hash in 15 s.

const FLOOD = 300;
// Allows for the flood's share of a busy machine; hashing on the event loop would make it hundreds of milliseconds.
const MOST_SLOWDOWN = 25;
const LEAST_MS = 10;

let postgres: TestPostgres;
let server: TestServer;
beforeAll(async () => {
  postgres = await startPostgres();
  server = await startServer({ DATABASE_URL: postgres.url, BCRYPT_COST: "13", HASH_THREADS: "1" });
});
afterAll(async () => {
  await server.stop();
  await postgres.stop();
});

type Timed = Answer & { milliseconds: number };

async function timed(request: Promise<Answer>): Promise<Timed> {
  const startedAt = performance.now();
  return { ...(await request), milliseconds: performance.now() - startedAt };
}

const median = (answers: Timed[]) =>
  answers.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)[Math.floor(answers.length / 2)] ?? 0;

test("the surplus of a flood of logins is refused at once, profile and refresh stay quick, and afterwards logins work again", async () => {
  const { user, cookies: first } = await newSession(server.origin);
  let cookies = first;
  async function comeAndGo(times: number): Promise<Timed[]> {
    const answers: Timed[] = [];
    for (let count = 0; count < times; count += 1) {
      const refreshed = await timed(send(server.origin, "POST", "/api/token/refresh/", { cookies }));
      cookies = refreshed.cookies;
      answers.push(refreshed, await timed(send(server.origin, "GET", "/api/user/profile/", { cookies })));
    }
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    return answers;
  }
  await comeAndGo(10);
  const quiet = median(await comeAndGo(20));

  const logins = Array.from({ length: FLOOD }, () =>
    timed(send(server.origin, "POST", "/api/token/", { json: { username: freshName(), password: PASSWORD } })),
  );
  const settled: Timed[] = [];
  for (const login of logins) login.then((answer) => settled.push(answer));
  await eventually(() => settled.filter(({ status }) => status === 503).length > FLOOD / 3);
  const flooded = median(await comeAndGo(20));
  expect(settled.length).toBeLessThan(FLOOD);
  expect(flooded).toBeLessThan(MOST_SLOWDOWN * Math.max(quiet, LEAST_MS));

  const answers = await Promise.all(logins);
  const refused = answers.filter(({ status }) => status === 503);
  const compared = answers.filter(({ status }) => status === 401);
  expect(refused.length + compared.length).toBe(FLOOD);
  for (const { text, headers } of refused) {
    expect(text).toBe('{"detail":"Service temporarily unavailable.","code":"unavailable"}');
    expect(headers["retry-after"]).toMatch(/^[1-9]\d*$/);
  }
  // Admitted logins waited for their hash; the others had their refusal long before.
  expect(median(refused)).toBeLessThan(median(compared));
  await logIn(server.origin, user);
  expect(median(await comeAndGo(20))).toBeLessThan(MOST_SLOWDOWN * Math.max(quiet, LEAST_MS));
});
