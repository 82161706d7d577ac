import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, logIn, newSession, send } from "#e2e/client.ts";
import { eventually, withDatabase } from "#e2e/harness.ts";
import { childrenOf, isRunning, type Launched, launch, postmasterOf, signal } from "#e2e/launch.ts";

// The embedded Postgres, killed while `npm start` runs. All tests share one data directory.

let DATA_DIR = "";
beforeAll(async () => {
  DATA_DIR = await mkdtemp(join(tmpdir(), "movieconnect-"));
});
afterAll(() => rm(DATA_DIR, { recursive: true, force: true }));

const start = () => launch({ AUTH_SECRET: "", WEB_CONCURRENCY: "1", DATA_DIR });
const RESTARTED = "Postgres ended, and was restarted: no acknowledged write is lost.";
const restarts = (server: Launched) => server.output().split(RESTARTED).length - 1;

async function end({ process, ended }: Launched): Promise<number | null> {
  process.kill("SIGTERM");
  return ended;
}

const tryLogIn = (origin: string, { username, password }: { username: string; password: string }): Promise<Answer> =>
  send(origin, "POST", "/api/token/", { json: { username, password } });

async function runningPostmaster(): Promise<number> {
  const pid = await postmasterOf(DATA_DIR);
  if (pid === null) throw new Error("no Postgres runs");
  return pid;
}

/** Logs in until that succeeds again. Returns the statuses until then. */
async function logInAgain(origin: string, user: { username: string; password: string }): Promise<number[]> {
  const statuses: number[] = [];
  await eventually(async () => {
    statuses.push((await tryLogIn(origin, user)).status);
    return statuses.at(-1) === 200;
  });
  return statuses;
}

test.each([
  ["its first process by kill -9", "SIGKILL", false],
  ["all its processes by kill -9", "SIGKILL", true],
  ["its first process by a plain kill", "SIGTERM", false],
] as const)("a Postgres that is killed, %s, is started again with its data, and nothing is lost", async (_what, how, all) => {
  const server = start();
  const origin = await server.origin;
  const { user, cookies } = await newSession(origin);
  const before = await runningPostmaster();
  const others = all ? await childrenOf(before) : [];
  // The others notice that the first one has ended, and end, too.
  for (const pid of [before, ...others]) signal(pid, how);
  await eventually(() => restarts(server) === 1);
  const statuses = await logInAgain(origin, user);
  expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
  await eventually(async () => (await send(origin, "GET", "/api/user/profile/", { cookies })).status === 200);
  const after = await runningPostmaster();
  expect(after).not.toBe(before);
  expect(await end(server)).toBe(0);
  expect(await isRunning(after)).toBe(false);
  expect(await postmasterOf(DATA_DIR)).toBeNull();
});

test("a killed Postgres' processes, left in the middle of a statement, do not keep the next one from starting", async () => {
  const server = start();
  const origin = await server.origin;
  const { user } = await newSession(origin);

  const url = (await readFile(join(DATA_DIR, "database-url"), "utf8")).trim();
  // A statement that keeps its process busy, so that it does not notice the postmaster's death.
  const busy = "do $$ begin for i in 1..2000000000 loop end loop; end $$";
  const cut = withDatabase(url, async (query) => {
    await query("set statement_timeout = 0");
    return query(busy);
  }).catch((error: Error) => error);
  await eventually(() =>
    withDatabase(url, async (query) => {
      const running = await query("select from pg_stat_activity where query = $1", [busy]);
      return running.length === 1;
    }),
  );
  process.kill(await runningPostmaster(), "SIGKILL");
  await eventually(() => restarts(server) === 1);
  await logInAgain(origin, user);
  expect(await cut).toBeInstanceOf(Error);
  expect(await end(server)).toBe(0);
});

test("one of two commands that share a Postgres starts it again, and both go on", async () => {
  const servers = [start(), start()];
  const [one = "", other = ""] = await Promise.all(servers.map((server) => server.origin));
  const { user } = await newSession(one);
  process.kill(await runningPostmaster(), "SIGKILL");
  await eventually(() => servers.reduce((sum, server) => sum + restarts(server), 0) === 1);
  await Promise.all([one, other].map((origin) => logInAgain(origin, user)));
  const [first, second] = servers as [Launched, Launched];
  expect(await end(first)).toBe(0);
  await logIn(other, user);
  expect(restarts(first) + restarts(second)).toBe(1);
  expect(await end(second)).toBe(0);
  expect(await postmasterOf(DATA_DIR)).toBeNull();
});
