import { mkdtemp, rm } from "node:fs/promises";
import { type ClientRequest, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { freshName, logIn, newSession, send, signUpBody } from "#e2e/client.ts";
import { eventually } from "#e2e/harness.ts";
import { isGroupRunning, isRunning, type Launched, launch, postmasterOf, signal, workersOf } from "#e2e/launch.ts";

// How `npm start` ends, by a signal or a kill. All tests share one data directory, whose Postgres each start finds or makes.

let DATA_DIR = "";
beforeAll(async () => {
  DATA_DIR = await mkdtemp(join(tmpdir(), "movieconnect-"));
});
afterAll(() => rm(DATA_DIR, { recursive: true, force: true }));

function start(options: Parameters<typeof launch>[1] = {}, variables: Record<string, string> = {}): Launched {
  const server = launch({ AUTH_SECRET: "", DATA_DIR, ...variables }, { ownGroup: true, ...options });
  // After a test that fails, the next ones would find its Postgres.
  onTestFinished(async () => {
    if (server.process.exitCode === null) signal(server.pid, "SIGTERM");
    await server.ended;
  });
  return server;
}

/** All processes of a start: the workers, and Postgres. */
async function processesOf({ pid }: Launched): Promise<{ workers: number[]; postmaster: number }> {
  const postmaster = await postmasterOf(DATA_DIR);
  expect(postmaster).not.toBeNull();
  return { workers: await workersOf(pid), postmaster: postmaster ?? 0 };
}

async function expectAllGone({ pid }: Launched, { workers, postmaster }: Awaited<ReturnType<typeof processesOf>>) {
  expect(await postmasterOf(DATA_DIR)).toBeNull();
  // A process closes its output, which is what the test waited for, a moment before it has ended.
  for (const each of [pid, ...workers, postmaster]) await eventually(async () => !(await isRunning(each)), 5);
  await eventually(async () => !(await isGroupRunning(pid)), 5);
}

/** A login that a worker has begun to read. `finish` sends its body and awaits the answer. */
async function beginLogin(origin: string, { username, password }: { username: string; password: string }) {
  const body = JSON.stringify({ username, password });
  const { hostname, port } = new URL(origin);
  const headers = { "content-type": "application/json", "content-length": body.length, expect: "100-continue" };
  const login: ClientRequest = request({ hostname, port, path: "/api/token/", method: "POST", headers, agent: false });
  const answered = new Promise<number>((resolve, reject) => {
    login.on("response", (response) => response.resume().on("end", () => resolve(response.statusCode ?? 0)));
    login.on("error", reject);
  });
  // A failure is reported by `finish`, which may be called later.
  answered.catch(() => undefined);
  await new Promise((resolve, reject) => login.once("continue", resolve).once("error", reject));
  return () => {
    login.end(body);
    return answered;
  };
}

/** Whether the port is closed, as a stop does first of all. */
function isClosed(origin: string): Promise<boolean> {
  return send(origin, "GET", "/api/health/live/").then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === "ECONNREFUSED",
  );
}

test.each([
  ["SIGTERM", "the command alone, as a service manager sends it,"],
  ["SIGINT", "its whole group, as a Ctrl-C is sent,"],
] as const)("%s to %s ends everything with status 0, and a login in flight is answered", async (name, to) => {
  const server = start();
  const origin = await server.origin;
  const { user } = await newSession(origin);
  const processes = await processesOf(server);
  const finish = await beginLogin(origin, user);
  process.kill(to.startsWith("the command") ? server.pid : -server.pid, name);
  expect(await finish()).toBe(200);
  expect(await server.ended).toBe(0);
  await expectAllGone(server, processes);
  expect(await isClosed(origin)).toBe(true);
});

test.each([
  ["SIGTERM", "npm alone"],
  ["SIGTERM", "npm and its whole group"],
] as const)("%s to %s ends what npm start runs, and a login in flight is answered", async (name, to) => {
  const server = start({ command: ["npm", "start"] });
  const { user } = await newSession(await server.origin);
  const processes = await processesOf(server);
  const finish = await beginLogin(await server.origin, user);
  process.kill(to === "npm alone" ? server.pid : -server.pid, name);
  expect(await finish()).toBe(200);
  // npm itself may end earlier: its shell does not wait.
  await server.ended;
  await expectAllGone(server, processes);
});

test("SIGTERM while everything is still starting leaves nothing behind", async () => {
  const server = start();
  await eventually(() => server.output().includes("Starting Postgres"));
  process.kill(server.pid, "SIGTERM");
  expect(await server.ended).toBe(0);
  expect(await postmasterOf(DATA_DIR)).toBeNull();
  await eventually(async () => !(await isGroupRunning(server.pid)), 5);
});

test("every request that was admitted before a SIGTERM is answered: logins that wait for a hash, and a slow body", async () => {
  const server = start({}, { WEB_CONCURRENCY: "1", HASH_THREADS: "1", BCRYPT_COST: "12" });
  const origin = await server.origin;
  const { user } = await newSession(origin);
  const finish = await beginLogin(origin, user);
  const json = { username: "nobody-has-this-name", password: "seven-samurai-1954" };
  const logins = Array.from({ length: 200 }, () => send(origin, "POST", "/api/token/", { json }));
  // More than the fastest machine hashes in 15 s: the queue is full once one is refused.
  const first = await Promise.race(
    logins.map(async (login) => ((await login).status === 503 ? 503 : new Promise<never>(() => {}))),
  );
  expect(first).toBe(503);
  process.kill(server.pid, "SIGTERM");
  const queued = await Promise.all(logins);
  // On a slow machine few fit into 15 s. With one thread, the second one waited for the first one's hash.
  expect(queued.filter(({ status }) => status === 401).length).toBeGreaterThan(1);
  expect(queued.filter(({ status }) => status !== 401 && status !== 503)).toEqual([]);
  expect(await finish()).toBe(200);
  expect(await server.ended).toBe(0);
});

test("a second Ctrl-C does not wait for requests in flight, and leaves nothing behind", async () => {
  const server = start();
  const origin = await server.origin;
  const { user } = await newSession(origin);
  const processes = await processesOf(server);
  const finish = await beginLogin(origin, user);
  process.kill(-server.pid, "SIGINT");
  await eventually(() => isClosed(origin));
  // Late enough not to be the first one, handed on by npm or a shell: over a second after the stop has begun.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  process.kill(-server.pid, "SIGINT");
  expect(await server.ended).toBe(1);
  await expect(finish()).rejects.toThrow(/ECONNRESET|EPIPE|socket hang up/);
  await expectAllGone(server, processes);
});

test("a killed worker is replaced, and one that is killed just before a SIGTERM does not disturb the stop", async () => {
  const server = start();
  const origin = await server.origin;
  const { user, cookies } = await newSession(origin);
  const before = await processesOf(server);
  process.kill(before.workers[0] ?? 0, "SIGKILL");
  expect((await send(origin, "GET", "/api/user/profile/", { cookies })).json).toEqual({ username: user.username });
  await eventually(async () => (await workersOf(server.pid)).filter((pid) => !before.workers.includes(pid)).length === 1);
  const after = await processesOf(server);
  for (const pid of after.workers) signal(pid, "SIGKILL");
  process.kill(server.pid, "SIGTERM");
  expect(await server.ended).toBe(0);
  await expectAllGone(server, after);
});

/** Signs users up, several at a time, until there is no answer any more. Returns the names that got a 201. */
async function signUpUntilGone(origin: string, enough: () => void): Promise<string[]> {
  const acknowledged: string[] = [];
  const one = async () => {
    for (;;) {
      const username = freshName();
      const answer = await send(origin, "POST", "/api/user/signup/", { json: signUpBody(username) }).catch(() => null);
      if (!answer) return;
      if (answer.status === 201) acknowledged.push(username);
      if (acknowledged.length === 8) enough();
    }
  };
  await Promise.all([one(), one(), one(), one()]);
  return acknowledged;
}

test.each([
  ["the primary alone", false],
  ["the primary, its workers and Postgres", true],
])("kill -9 of %s loses no acknowledged signup, and the next start works", async (_what, all) => {
  const server = start();
  const processes = await processesOfServing(server);
  const kill = () => {
    // The workers notice that the primary has ended, and end, too.
    for (const pid of all ? [server.pid, ...processes.workers, processes.postmaster] : [server.pid]) signal(pid, "SIGKILL");
  };
  const names = await signUpUntilGone(await server.origin, kill);
  await server.ended;
  for (const pid of processes.workers) await eventually(async () => !(await isRunning(pid)));
  expect(names.length).toBeGreaterThanOrEqual(8);

  const next = start({}, { WEB_CONCURRENCY: "1" });
  const origin = await next.origin;
  for (const username of names) await logIn(origin, signUpBody(username));
  const afterwards = await processesOf(next);
  process.kill(next.pid, "SIGTERM");
  expect(await next.ended).toBe(0);
  await expectAllGone(next, afterwards);
});

async function processesOfServing(server: Launched) {
  await server.origin;
  return processesOf(server);
}
