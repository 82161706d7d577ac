import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, freshName, PASSWORD, type Sent, send, signUpBody } from "#e2e/client.ts";
import { eventually, startServer, type TestServer, withDatabase } from "#e2e/harness.ts";
import { type PostgresPair, startPostgresPair } from "#e2e/standby.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

// A synchronous standby is promoted while users sign up, log in, refresh and log out. Their clients do what a 503 asks for: they
// wait, and repeat the request.

const POLL_MS = 200;
const PEOPLE = 24;
const PAUSE_MS = 100;
const SIGNUP = "/api/user/signup/";
const LOGIN = "/api/token/";
const REFRESH = "/api/token/refresh/";
const LOGOUT = "/api/user/logout/";
const PROFILE = "/api/user/profile/";

let pair: PostgresPair;
let server: TestServer;
beforeAll(async () => {
  pair = await startPostgresPair({ synchronous: true });
  server = await startServer({ DATABASE_URL: pair.url, REVOCATION_POLL_MS: String(POLL_MS), WEB_CONCURRENCY: "2" });
});
afterAll(async () => {
  await server.stop();
  await pair.stop();
});

type Cookies = Record<string, string>;

/** What the users saw: acknowledged writes, wrong answers, and counts. */
const record = {
  signups: [] as string[],
  logouts: [] as Cookies[],
  surprises: [] as string[],
  rotations: 0,
  unavailable: 0,
  served: 0,
};
let isOver = false;

/** Repeats a request until the answer is no 503. A broken connection counts as a 503. */
async function untilAnswered(method: string, path: string, sent: Sent, expected: number[]): Promise<Answer> {
  const end = performance.now() + 45_000;
  for (;;) {
    const answer = await send(server.origin, method, path, sent);
    if (answer.status !== 503 || performance.now() > end) {
      record.served += 1;
      if (!expected.includes(answer.status)) record.surprises.push(`${method} ${path}: ${answer.status} ${answer.text}`);
      return answer;
    }
    record.unavailable += 1;
    expect(answer.json).toEqual({ detail: "Service temporarily unavailable.", code: "unavailable" });
    await new Promise((resolve) => setTimeout(resolve, Number(answer.headers["retry-after"]) * 250));
  }
}

async function logIn(username: string): Promise<Cookies> {
  return (await untilAnswered("POST", LOGIN, { json: { username, password: PASSWORD } }, [200])).cookies;
}

/** @returns the username, once it is acknowledged */
async function arrive(): Promise<string> {
  const body = signUpBody(freshName());
  // A signup that got a 503 may have been carried out: then the second one finds its own name taken.
  await untilAnswered("POST", SIGNUP, { json: body }, [201, 400]);
  record.signups.push(body.username);
  return body.username;
}

/** A user who refreshes all the time, and is still logged in at the end. */
async function stay(arrived: Cookies): Promise<Cookies> {
  let cookies = arrived;
  while (!isOver) {
    const renewed = await untilAnswered("POST", REFRESH, { cookies }, [200]);
    if (renewed.status === 200 && renewed.cookies.refresh_token !== cookies.refresh_token) record.rotations += 1;
    if (renewed.status === 200) cookies = renewed.cookies;
    await untilAnswered("GET", PROFILE, { cookies }, [200]);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return cookies;
}

/** Users who sign up, log in and log out, one after the other. */
async function comeAndGo(): Promise<void> {
  while (!isOver) {
    const cookies = await logIn(await arrive());
    await untilAnswered("POST", LOGOUT, { cookies }, [200, 401]);
    record.logouts.push(cookies);
  }
}

test("a fail-over loses nothing acknowledged and logs nobody out, and requests succeed within 10 s of the promotion", async () => {
  const arrived: Cookies[] = [];
  while (arrived.length < PEOPLE) arrived.push(await logIn(await arrive()));
  const staying = arrived.map(stay);
  const moving = Array.from({ length: 3 }, comeAndGo);
  // A session rotates when its token is older than the grace: the primary dies in the middle of rotations.
  await eventually(() => record.logouts.length >= 3 && record.rotations >= PEOPLE / 2);

  // A write that is under way when the primary dies has reached the standby, or was not acknowledged.
  await pair.killPrimary();
  record.unavailable = 0;
  await eventually(() => record.unavailable >= PEOPLE);
  await pair.promote();
  const promotedAt = performance.now();
  const servedBefore = record.served;
  await eventually(() => record.served > servedBefore + 3 * PEOPLE, 10);
  expect(performance.now() - promotedAt).toBeLessThan(10_000);

  isOver = true;
  const stayed = await Promise.all(staying);
  await Promise.all(moving);
  expect(record.surprises).toEqual([]);
  for (const cookies of stayed) {
    expect((await unlessBusy(() => send(server.origin, "GET", PROFILE, { cookies }))).status).toBe(200);
    expect((await unlessBusy(() => send(server.origin, "POST", REFRESH, { cookies }))).status).toBe(200);
  }
  for (const cookies of record.logouts) {
    await eventually(async () => (await send(server.origin, "GET", PROFILE, { cookies })).status === 401, 5);
    expect((await unlessBusy(() => send(server.origin, "POST", REFRESH, { cookies }))).status).toBe(401);
  }
  const rows = await withDatabase(pair.url, (query) => query("select username from users"));
  const kept = new Set(rows.map(({ username }) => username));
  expect(record.signups.filter((username) => !kept.has(username))).toEqual([]);
});
