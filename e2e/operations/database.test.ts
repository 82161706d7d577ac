import { Agent } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "#db/embedded/ports.ts";
import { passGrace } from "#e2e/change-session.ts";
import { type Answer, logIn, newSession, PASSWORD, type Sent, send, signUp, signUpBody } from "#e2e/client.ts";
import { eventually, startPostgres, startServer, type TestPostgres, type TestServer } from "#e2e/harness.ts";
import { isRunning, launch, pausePostgres, signal, workersOf } from "#e2e/launch.ts";
import { restartPostgres, stopPostgres } from "#e2e/postgres-control.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

// What the application does while its database is stopped, hangs, or can't be reached.

// The contract says 2 s. A test's clock also counts what a busy machine adds.
const LIMIT_MS = 3_000;
const POLL_MS = 200;
const UNAVAILABLE = { detail: "Service temporarily unavailable.", code: "unavailable" };
const PROFILE = "/api/user/profile/";
const REFRESH = "/api/token/refresh/";

let postgres: TestPostgres;
let server: TestServer;
beforeAll(async () => {
  postgres = await startPostgres();
  // A fixed port, at which the application is again after all its workers were killed.
  const PORT = String(await freePort());
  server = await startServer({ PORT, DATABASE_URL: postgres.url, REVOCATION_POLL_MS: String(POLL_MS) });
});
afterAll(async () => {
  await server.stop();
  await postgres.stop();
});

type Timed = Answer & { startedAt: number; milliseconds: number };

async function timed(request: Promise<Answer>): Promise<Timed> {
  const startedAt = performance.now();
  const answer = await request;
  return { ...answer, startedAt, milliseconds: performance.now() - startedAt };
}

function expectServedOrUnavailable(answer: Timed): void {
  expect([200, 201, 503]).toContain(answer.status);
  if (answer.status !== 503) return;
  expect(answer.json).toEqual(UNAVAILABLE);
  expect(answer.headers["retry-after"]).toMatch(/^[1-9]\d*$/);
}

/** @param since when the database became unreachable: requests from before may have waited longer, for their hash */
function expectQuick(answers: Timed[], since: number): void {
  const refused = answers.filter(({ status, startedAt }) => status === 503 && startedAt > since);
  expect(refused.length).toBeGreaterThan(0);
  for (const { milliseconds } of refused) expect(milliseconds).toBeLessThan(LIMIT_MS);
}

/** Users who sign up, log in and refresh, one after another, until told to stop. */
function startLoad(origin: string, people: number) {
  const answers: Timed[] = [];
  const acknowledged: string[] = [];
  let isOver = false;
  async function ask(path: string, sent: Sent): Promise<Answer> {
    const answer = await timed(send(origin, "POST", path, sent));
    answers.push(answer);
    return answer;
  }
  async function live(): Promise<void> {
    const body = signUpBody();
    if ((await ask("/api/user/signup/", { json: body })).status !== 201) return;
    acknowledged.push(body.username);
    const { status, cookies } = await ask("/api/token/", { json: { username: body.username, password: body.password } });
    if (status === 200) await ask(REFRESH, { cookies });
  }
  async function liveOn(): Promise<void> {
    while (!isOver) await live();
  }
  const lives = Promise.all(Array.from({ length: people }, liveOn));
  lives.catch(() => undefined);
  const stop = async () => {
    isOver = true;
    await lives;
    return { answers, acknowledged };
  };
  return { answers, stop };
}

async function query(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

async function expectNothingHalfMade(acknowledged: string[]): Promise<void> {
  const rows = await query("select username, encoded from users left join passwords on user_id = id");
  expect(rows.filter(({ encoded }) => encoded === null)).toEqual([]);
  const names = new Set(rows.map(({ username }) => username));
  expect(acknowledged.filter((name) => !names.has(name))).toEqual([]);
}

const isServing = async () => (await send(server.origin, "POST", "/api/user/signup/", { json: signUpBody() })).status === 201;
const sees503 = (answers: Answer[]) => () => answers.filter(({ status }) => status === 503).length >= 4;

test.each(["immediate", "fast"] as const)(
  "with Postgres stopped (%s) requests succeed or get 503 quickly, and the application recovers by itself",
  async (mode) => {
    const load = startLoad(server.origin, 4);
    await eventually(() => load.answers.filter(({ status }) => status === 200).length >= 4);
    const since = performance.now();
    await stopPostgres(postgres, mode);
    await eventually(sees503(load.answers));
    await restartPostgres(postgres);
    await eventually(isServing);
    const { answers, acknowledged } = await load.stop();
    for (const answer of answers) expectServedOrUnavailable(answer);
    expectQuick(answers, since);
    await expectNothingHalfMade(acknowledged);
  },
);

test("with Postgres paused requests succeed or get 503 quickly, and nobody is logged out", async () => {
  const idle = await newSession(server.origin);
  const load = startLoad(server.origin, 4);
  await eventually(() => load.answers.filter(({ status }) => status === 200).length >= 4);
  const resume = await pausePostgres(postgres.directory);
  const since = performance.now();
  let refused: Timed;
  try {
    refused = await timed(send(server.origin, "POST", REFRESH, { cookies: idle.cookies }));
    expectServedOrUnavailable(refused);
    expect(refused.status).toBe(503);
    expect(refused.setCookies).toEqual([]);
    await eventually(sees503(load.answers));
  } finally {
    resume();
  }
  await eventually(isServing);
  const refreshed = await send(server.origin, "POST", REFRESH, { cookies: idle.cookies });
  expect([refreshed.status, refreshed.json]).toEqual([200, { detail: "Token refreshed." }]);
  const profile = await send(server.origin, "GET", PROFILE, { cookies: refreshed.cookies });
  expect([profile.status, profile.json]).toEqual([200, { username: idle.user.username }]);
  const { answers, acknowledged } = await load.stop();
  for (const answer of answers) expectServedOrUnavailable(answer);
  expectQuick([...answers, refused], since);
  await expectNothingHalfMade(acknowledged);
});

test("a refresh that got 503 while Postgres was paused is not carried out later", async () => {
  const careful = await startServer({ DATABASE_URL: postgres.url, REFRESH_GRACE: "1", WEB_CONCURRENCY: "1" });
  const { cookies } = await newSession(careful.origin);
  await passGrace(postgres.directUrl, cookies.refresh_token ?? "");
  const resume = await pausePostgres(postgres.directory);
  const refused = await send(careful.origin, "POST", REFRESH, { cookies });
  resume();
  expect(refused.status).toBe(503);
  await eventually(isServing);
  // Longer than the grace: if the token had been exchanged meanwhile, it would now be a replay.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect((await send(careful.origin, "POST", REFRESH, { cookies })).status).toBe(200);
  await careful.stop();
});

test("workers that restart while Postgres is down answer 503, and recover with it", async () => {
  const { user, cookies } = await newSession(server.origin);
  const before = await workersOf(server.process.pid ?? 0);
  await stopPostgres(postgres, "fast");
  for (const pid of before) signal(pid, "SIGKILL");
  await eventually(async () => (await send(server.origin, "GET", PROFILE, { cookies }).catch(() => null))?.status === 503);
  for (const pid of before) await eventually(async () => !(await isRunning(pid)), 5);
  const refused = await timed(
    send(server.origin, "POST", "/api/token/", { json: { username: user.username, password: PASSWORD } }),
  );
  expectServedOrUnavailable(refused);
  expectQuick([refused], 0);
  await restartPostgres(postgres);
  await eventually(async () => (await send(server.origin, "GET", PROFILE, { cookies })).status === 200);
  await logIn(server.origin, user);
});

/** A connection between application and database that can be cut, while the database serves others. */
async function startCable(): Promise<{ url: string; cut: () => void; mend: () => Promise<void>; close: () => void }> {
  const url = new URL(postgres.url);
  const target = Number(url.port);
  const sockets = new Set<Socket>();
  const join = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => other.destroy());
    socket.pipe(other);
  };
  let cable = createServer();
  const listen = (port: number) =>
    new Promise<void>((resolve) => {
      cable = createServer((near) => {
        const far = connect(target, "127.0.0.1");
        join(near, far);
        join(far, near);
      });
      cable.listen(port, "127.0.0.1", resolve);
    });
  await listen(0);
  const { port } = (cable as Server).address() as { port: number };
  url.port = String(port);
  const cut = () => {
    cable.close();
    for (const socket of sockets) socket.destroy();
  };
  return { url: url.href, cut, mend: () => listen(port), close: cut };
}

test("a worker that can't read revocations answers 503, and never 200 for a session that was revoked meanwhile", async () => {
  const cable = await startCable();
  const deaf = await startServer({ DATABASE_URL: cable.url, REVOCATION_POLL_MS: String(POLL_MS), WEB_CONCURRENCY: "1" });
  try {
    const [revoked, alive] = [await newSession(deaf.origin), await newSession(deaf.origin)];
    const profile = (cookies: Record<string, string>) => timed(send(deaf.origin, "GET", PROFILE, { cookies }));
    expect((await profile(revoked.cookies)).status).toBe(200);
    cable.cut();
    await query("update sessions set revoked_at = now() where user_id = $1", [revoked.user.id]);
    await eventually(async () => (await profile(revoked.cookies)).status === 503);
    for (const { cookies } of [revoked, alive, revoked]) {
      const answer = await profile(cookies);
      expectServedOrUnavailable(answer);
      expectQuick([answer], 0);
    }
    await cable.mend();
    await eventually(async () => {
      const { status } = await profile(revoked.cookies);
      expect(status).not.toBe(200);
      return status === 401;
    });
    await eventually(async () => (await profile(alive.cookies)).status === 200);
  } finally {
    await deaf.stop();
    cable.close();
  }
});

test("a session that one worker ended is refused by every other within a second and a poll", async () => {
  const user = await signUp(server.origin);
  // A connection stays with the worker that accepted it, and each login's log line names that worker.
  const byWorker = new Map<number, { agent: Agent; cookies: Record<string, string> }>();
  await eventually(async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { username, password } = user;
    const { cookies } = await send(server.origin, "POST", "/api/token/", { json: { username, password }, agent });
    const [, payload = ""] = cookies.access_token?.split(".") ?? [];
    const { sid } = JSON.parse(Buffer.from(payload, "base64url").toString());
    // The line may arrive after the answer.
    const lineOf = (text: string) => text.includes('"event":"login"') && text.includes(sid);
    const line = () => server.output().split("\n").slice(0, -1).find(lineOf);
    await eventually(() => line() !== undefined);
    byWorker.set(JSON.parse(line() ?? "").pid, { agent, cookies });
    return byWorker.size === 2;
  });
  const [here, there] = [...byWorker.values()];
  if (!here || !there) throw new Error("two workers");
  const profile = (agent: Agent) => send(server.origin, "GET", PROFILE, { cookies: here.cookies, agent });
  expect((await profile(there.agent)).status).toBe(200);
  const out = await send(server.origin, "POST", "/api/user/logout/", { cookies: here.cookies, agent: here.agent });
  expect(out.status).toBe(200);
  expect((await profile(here.agent)).status).toBe(401);
  // A worker that is too busy to have heard asks the database, and where that is too busy, answers 503: the user asks again.
  await eventually(async () => (await profile(there.agent)).status !== 200, 1 + POLL_MS / 1_000);
  const refused = await unlessBusy(() => profile(there.agent));
  expect(refused.status).toBe(401);
  expect((await send(server.origin, "GET", PROFILE, { cookies: there.cookies, agent: there.agent })).status).toBe(200);
  for (const { agent } of byWorker.values()) agent.destroy();
});

test("a start with a database that hangs is refused with one line", async () => {
  // It accepts connections, and never answers.
  const silent = createServer().listen(0, "127.0.0.1");
  await eventually(() => silent.listening);
  const { port } = silent.address() as { port: number };
  const refused = launch({ DATABASE_URL: `postgres://mcuser:secret@127.0.0.1:${port}/db` });
  expect(await refused.ended).toBe(1);
  expect(refused.errors()).toMatch(
    /^movieconnect: the database 127.0.0.1:\d+\/db can't be reached \([^)]+\): start it, or check DATABASE_URL\n$/,
  );
  silent.close();
});
