import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { passGrace } from "#e2e/change-session.ts";
import { logIn, newSession, send, signUp } from "#e2e/client.ts";
import { eventually, startServer, type TestServer, withDatabase } from "#e2e/harness.ts";
import { scrapeText } from "#e2e/scrape.ts";
import { type PostgresPair, startPostgresPair } from "#e2e/standby.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

// What tokens are worth after the promotion of a standby that was behind, or whose clock is wrong.

const AUTH_SECRET = "lost-writes-0123456789-abcdefghijklmnopqrstuvwxyz";
const REFRESH = "/api/token/refresh/";
const WORKERS = 2;

let pair: PostgresPair | undefined;
const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await pair?.stop();
  pair = undefined;
});

async function start(variables: Record<string, string> = {}): Promise<TestServer> {
  const fixed = { DATABASE_URL: pair?.url ?? "", AUTH_SECRET, WEB_CONCURRENCY: String(WORKERS) };
  const server = await startServer({ ...fixed, ...variables });
  servers.push(server);
  return server;
}

type Cookies = Record<string, string>;
const refresh = (origin: string, cookies: Cookies) => send(origin, "POST", REFRESH, { cookies });
const profile = (origin: string, cookies: Cookies) => send(origin, "GET", "/api/user/profile/", { cookies });
const logOut = (origin: string, cookies: Cookies) => send(origin, "POST", "/api/user/logout/", { cookies });

/** The answers of all workers, but for 503: each request is a connection of its own, which the system gives to one of them. */
async function statuses(origin: string, cookies: Cookies): Promise<number[]> {
  const ask = () => unlessBusy(() => profile(origin, cookies));
  const answers = await Promise.all(Array.from({ length: 12 * WORKERS }, ask));
  return [...new Set(answers.map(({ status }) => status))];
}

async function isRefused(origin: string, cookies: Cookies): Promise<boolean> {
  const found = await statuses(origin, cookies);
  return found.length === 1 && found[0] === 401;
}

async function promote({ killPrimary, promote }: PostgresPair, origin: string, afterMs = 0): Promise<void> {
  await killPrimary();
  await delay(afterMs);
  await promote();
  await eventually(async () => (await send(origin, "GET", "/api/health/ready/")).status === 200);
}

async function caughtUp({ primary }: PostgresPair): Promise<void> {
  const behind = "select from pg_stat_replication where replay_lsn < pg_current_wal_lsn()";
  await eventually(async () => (await withDatabase(primary.url, (query) => query(behind))).length === 0);
}

test("a promoted standby that lacks writes revives no logout, logs nobody out, and opens no account to another user's token", async () => {
  pair = await startPostgresPair({ synchronous: false });
  const { origin, metrics, output } = await start();
  const stayers = await Promise.all([1, 2, 3, 4].map(() => newSession(origin)));
  const leavers = await Promise.all([1, 2, 3, 4].map(() => newSession(origin)));
  for (const { refresh: token } of stayers) await passGrace(pair.url, token);
  await caughtUp(pair);

  pair.holdReplication();
  for (const person of stayers) person.cookies = (await unlessBusy(() => refresh(origin, person.cookies))).cookies;
  for (const { cookies } of leavers) expect((await logOut(origin, cookies)).status).toBe(200);
  const lost = await newSession(origin);
  await promote(pair, origin);

  // A new account gets the id of a lost one.
  await withDatabase(pair.url, (query) => query(`alter table users alter id restart with ${lost.user.id}`));
  const other = await signUp(origin);
  expect(other.id).toBe(lost.user.id);

  // The worker that knows of a logout ends the session again at its next poll.
  for (const { cookies } of [...leavers, lost]) {
    await eventually(async () => (await refresh(origin, cookies)).status === 401, 5);
    await eventually(() => isRefused(origin, cookies), 5);
  }
  for (const person of stayers) {
    expect(await statuses(origin, person.cookies)).toEqual([200]);
    expect((await unlessBusy(() => refresh(origin, person.cookies))).status).toBe(200);
  }
  expect(await statuses(origin, (await logIn(origin, other)).cookies)).toEqual([200]);
  await eventually(() => /"level":50.*"event":"database_went_back".*"ended_again":[1-9]/.test(output()));
  await eventually(() => /"level":40.*"event":"database_behind"/.test(output()));
  expect(output()).not.toContain('"event":"replay"');
  expect(await scrapeText(metrics)).toMatch(/^movieconnect_database_went_back_total [1-9]/m);

  // A worker that has just started remembers nothing, and learns it from the database.
  const late = await start();
  expect(await statuses(late.origin, lost.cookies)).toEqual([401]);
  expect(await statuses(late.origin, leavers[0]?.cookies ?? {})).toEqual([401]);
  expect(await statuses(late.origin, stayers[0]?.cookies ?? {})).toEqual([200]);
});

describe.each([
  ["a minute ahead", 60],
  ["a minute behind", -60],
  ["right", 0],
])("with a standby whose clock is %s", (_name, standbyClock) => {
  test("a logout just before the promotion holds on every worker, and users who stayed, or got no answer, are signed in", async () => {
    pair = await startPostgresPair({ standbyClock });
    // The unanswered refresh is within the grace of the primary's end, also where telling the primary to end takes seconds.
    const { origin, output } = await start({ REFRESH_GRACE: "4" });
    const stayer = await newSession(origin);
    const unanswered = await newSession(origin);
    await passGrace(pair.url, unanswered.refresh);
    const leavers = await Promise.all([1, 2, 3].map(() => newSession(origin)));
    for (const { cookies } of leavers) expect((await logOut(origin, cookies)).status).toBe(200);
    // The answer is lost with the primary: this client comes back with its old token.
    await refresh(origin, unanswered.cookies);
    // Waits for longer than the grace.
    await promote(pair, origin, 5_000);
    expect((await unlessBusy(() => refresh(origin, unanswered.cookies))).status, output()).toBe(200);
    for (const { cookies } of leavers) {
      await eventually(() => isRefused(origin, cookies), 5);
      expect((await refresh(origin, cookies)).status).toBe(401);
    }
    expect(await statuses(origin, stayer.cookies)).toEqual([200]);
    const renewed = await unlessBusy(() => refresh(origin, stayer.cookies));
    expect(renewed.status).toBe(200);
    expect(await statuses(origin, renewed.cookies)).toEqual([200]);
  });
});
