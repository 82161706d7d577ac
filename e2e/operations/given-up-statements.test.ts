import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, newSession, send, signUp } from "#e2e/client.ts";
import { eventually, startPostgres, startServer, type TestPostgres, type TestServer } from "#e2e/harness.ts";
import { postmasterOf, signal } from "#e2e/launch.ts";

// Statements that the database does not get to. Each request gives up after 1.5 s; its statement would stay at the server
// unless the application ended it.

const POOL_SIZE = 4;
const WORKERS = 2;
/** How long the database hangs. */
const HANGING_MS = 6_000;

let postgres: TestPostgres;
let server: TestServer;
let watcher: pg.Client;
beforeAll(async () => {
  postgres = await startPostgres();
  server = await startServer({
    DATABASE_URL: postgres.url,
    DATABASE_POOL_SIZE: String(POOL_SIZE),
    WEB_CONCURRENCY: String(WORKERS),
  });
  watcher = new pg.Client({ connectionString: postgres.directUrl, application_name: "watcher" });
  await watcher.connect();
  // Each worker checks once that the migrations have been run.
  for (let asked = 0; asked < 20; asked += 1) await send(server.origin, "GET", "/api/health/ready/");
});
afterAll(async () => {
  await watcher?.end();
  await server.stop();
  await postgres.stop();
});

/** The server's processes for the application. */
async function backends(): Promise<number[]> {
  const { rows } = await watcher.query("select pid from pg_stat_activity where application_name = 'movieconnect'");
  return rows.map(({ pid }) => pid);
}

/** Sends ten requests at a time for as long as the database hangs, and watches the server's processes. */
async function observe(
  request: () => Promise<Answer>,
  meanwhile: (pids: number[]) => void = () => undefined,
): Promise<{ most: number; notReady: number; refused: number }> {
  const seen = { most: 0, notReady: 0, refused: 0 };
  const firstSeen = new Map<number, number>();
  const end = performance.now() + HANGING_MS;
  const ask = async () => {
    while (performance.now() < end) if ((await request()).status === 503) seen.refused += 1;
  };
  const watch = async () => {
    while (performance.now() < end) {
      const pids = await backends();
      meanwhile(pids);
      for (const pid of pids) if (!firstSeen.has(pid)) firstSeen.set(pid, performance.now());
      // One whose connection was closed takes a moment to end, while its successor begins: only those that stay are too many.
      const lasting = pids.filter((pid) => performance.now() - (firstSeen.get(pid) ?? 0) > 500);
      seen.most = Math.max(seen.most, lasting.length);
      if ((await send(server.origin, "GET", "/api/health/ready/")).status !== 200) seen.notReady += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await Promise.all([watch(), ...Array.from({ length: 10 }, ask)]);
  return seen;
}

async function setOfServer(line: string): Promise<void> {
  await appendFile(join(postgres.directory, "postgres", "postgresql.auto.conf"), `${line}\n`);
  process.kill((await postmasterOf(postgres.directory)) ?? 0, "SIGHUP");
  const [name = "", value = ""] = line.split(/ = |'/).filter(Boolean);
  await eventually(async () => (await watcher.query("select current_setting($1) as is", [name])).rows[0].is === value);
}

describe("the application has no more connections than its pools", () => {
  test("while statements wait for a lock, and its workers stay ready", async () => {
    const { cookies } = await newSession(server.origin);
    const refresh = () => send(server.origin, "POST", "/api/token/refresh/", { cookies });
    const locker = new pg.Client({ connectionString: postgres.directUrl });
    await locker.connect();
    await locker.query("begin; lock table sessions in access exclusive mode");
    const seen = await observe(refresh);
    await locker.query("rollback");
    await locker.end();
    expect(seen.refused).toBeGreaterThan(0);
    expect(seen.most).toBeLessThanOrEqual(WORKERS * POOL_SIZE);
    expect(seen.notReady).toBe(0);
    await eventually(async () => (await refresh()).status === 200, 5);
  });

  test("while commits wait for a lost standby, and its workers stay ready", async () => {
    const { username, password } = await signUp(server.origin);
    const login = () => send(server.origin, "POST", "/api/token/", { json: { username, password } });
    await setOfServer("synchronous_standby_names = 'gone'");
    const seen = await observe(login);
    await setOfServer("synchronous_standby_names = ''");
    expect(seen.refused).toBeGreaterThan(0);
    expect(seen.most).toBeLessThanOrEqual(WORKERS * POOL_SIZE);
    expect(seen.notReady).toBe(0);
    await eventually(async () => (await login()).status === 200, 5);
  });

  test("while each of the server's processes hangs, and it recovers with them", async () => {
    const { cookies } = await newSession(server.origin);
    const refresh = () => send(server.origin, "POST", "/api/token/refresh/", { cookies });
    const stopped = new Set<number>();
    const seen = await observe(refresh, (pids) => {
      for (const pid of pids) if (!stopped.has(pid)) signal(pid, "SIGSTOP");
      for (const pid of pids) stopped.add(pid);
    });
    for (const pid of stopped) signal(pid, "SIGCONT");
    expect(seen.refused).toBeGreaterThan(0);
    // And, of each worker, the connection that lists the server's processes.
    expect(seen.most).toBeLessThanOrEqual(WORKERS * (POOL_SIZE + 1));
    await eventually(async () => (await refresh()).status === 200, 5);
  });
});
