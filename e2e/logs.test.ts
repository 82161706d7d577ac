import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sendAndHangUp } from "#e2e/fuzz/raw-http.ts";
import { type Answer, newSession, send, signUp, signUpBody } from "./client.ts";
import { eventually, startPostgres, startServer, type TestPostgres, type TestServer, withDatabase } from "./harness.ts";

// What the log says, and what it must never say.

const SENTINEL = "Zanzibar-sentinel-77";
const AUTH_SECRET = randomBytes(32).toString("base64url");
const secrets = new Set<string>([AUTH_SECRET, SENTINEL]);

let postgres: TestPostgres;
let server: TestServer;
beforeAll(async () => {
  postgres = await startPostgres();
  secrets.add(new URL(postgres.url).password);
  // One worker: the lines of several are in no order, and a fence in one worker's lines says nothing about another's.
  server = await startServer({ DATABASE_URL: postgres.url, AUTH_SECRET, REFRESH_GRACE: "0", WEB_CONCURRENCY: "1" });
  // The lines of the start, such as one about a pooler, have been written.
  await arrivalOf(await signUp(server.origin));
});
afterAll(async () => {
  await server?.stop();
  await postgres.stop();
});

type Line = Record<string, unknown>;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const post = (path: string, json: unknown, cookies: Record<string, string> = {}) =>
  send(server.origin, "POST", path, { json, cookies });

/** Every line but the banner. Each must be a JSON object. The last line may not have arrived as a whole: it is left out. */
function lines(): Line[] {
  const banner = /^(\s*$|Building\.|Note: | {2}(MovieConnect is ready|Open |Database |Metrics |Stop ))/;
  const all = server
    .output()
    .split("\n")
    .slice(0, -1)
    .filter((line) => !banner.test(line));
  return all.map((line) => {
    const parsed = JSON.parse(line);
    expect(parsed).toEqual(expect.objectContaining({ level: expect.any(Number), pid: expect.any(Number) }));
    return parsed;
  });
}

/** Resolves when the line of a signup is there, and with it all lines before. */
function arrivalOf({ id }: { id: number }): Promise<void> {
  return eventually(() => lines().some(({ event, user_id }) => event === "signup" && user_id === id));
}

/** The lines that a request adds to the log besides its own. Each of them names the request. */
async function logged(action: () => Promise<unknown>): Promise<Line[]> {
  const before = lines().length;
  await action();
  // A line that is written before the answer may arrive here after it.
  const fence = await signUp(server.origin);
  await arrivalOf(fence);
  return lines()
    .slice(before)
    .filter(({ event, user_id }) => event !== "request" && !(event === "signup" && user_id === fence.id))
    .map(({ level: _level, time: _time, pid: _pid, request_id, ...rest }) => {
      expect(request_id).toMatch(UUID);
      return rest;
    });
}

/** The lines with the id that an answer carries, the request's own at the end. */
async function linesOf({ headers }: Answer): Promise<Line[]> {
  const id = headers["x-request-id"];
  const own = () => lines().filter(({ request_id }) => request_id === id);
  await eventually(() => own().some(({ event }) => event === "request"));
  return own().map(({ level: _level, time: _time, pid: _pid, request_id: _id, ...rest }) => rest);
}

function keep(cookies: Record<string, string>) {
  for (const token of Object.values(cookies)) if (token) secrets.add(token).add(token.split(".")[2] ?? token);
  return cookies;
}

test("each event of an account is one line, with ids and without names", async () => {
  const body = { ...signUpBody(), password: SENTINEL };
  let id = 0;
  const signup = await logged(async () => {
    id = (await post("/api/user/signup/", body)).json.id;
  });
  expect(signup).toEqual([{ event: "signup", user_id: id }]);
  const { username, password } = body;

  let cookies: Record<string, string> = {};
  const login = await logged(async () => {
    cookies = keep((await post("/api/token/", { username, password })).cookies);
  });
  expect(login).toEqual([{ event: "login", user_id: id, session: expect.stringMatching(/^[\w-]{22}$/) }]);
  const session = login[0]?.session;

  const wrong = await logged(() => post("/api/token/", { username, password: `${SENTINEL}!` }));
  expect(wrong).toEqual([{ event: "login_refused", user_id: id }]);
  const unknown = await logged(() => post("/api/token/", { username: "nobody-here", password }));
  expect(unknown).toEqual([{ event: "login_refused", user_id: null }]);

  const old = cookies;
  const refresh = await logged(async () => {
    cookies = keep((await post("/api/token/refresh/", undefined, old)).cookies);
  });
  expect(refresh).toEqual([{ event: "refresh", user_id: id, session, generation: 1 }]);
  const replay = await logged(() => post("/api/token/refresh/", undefined, old));
  expect(replay).toEqual([
    { event: "replay", user_id: id, session, generation: 0 },
    { event: "revocation", user_id: id, session },
  ]);

  let other: Record<string, string> = {};
  const again = await logged(async () => {
    other = keep((await post("/api/token/", { username, password })).cookies);
  });
  expect(again).toEqual([{ event: "login", user_id: id, session: expect.not.stringMatching(String(session)) }]);
  const logout = await logged(() => post("/api/user/logout/", undefined, other));
  expect(logout).toEqual([{ event: "revocation", user_id: id, session: expect.stringMatching(/^[\w-]{22}$/) }]);
});

test("each request is one line with the id that its answer carries, and so is each event that it caused", async () => {
  const { username, password } = await signUp(server.origin);
  const request = { event: "request", ms: expect.any(Number), address: "127.0.0.1" };
  const login = await post("/api/token/?next=hush", { username, password });
  expect(login.headers["x-request-id"]).toMatch(UUID);
  expect(await linesOf(login)).toEqual([
    { event: "login", user_id: expect.any(Number), session: expect.any(String) },
    { ...request, method: "POST", route: "/api/token/", path: "/api/token/", status: 200 },
  ]);
  const refused = await post("/api/token/", { username, password: `${password}!` });
  expect((await linesOf(refused)).map(({ event, status }) => status ?? event)).toEqual(["login_refused", 401]);
  for (const [method, path, route, status] of [
    ["GET", "/login", "page", 200],
    ["POST", "/login", "page", 303],
    ["HEAD", "/api/user/profile", "/api/user/profile/", 401],
    ["PROPFIND", "/api/token/", "/api/token/", 405],
    ["GET", "/nothing/here", "other", 404],
    ["GET", "//evil", "other", 404],
  ] as const) {
    const answer = await send(server.origin, method, path);
    expect(await linesOf(answer)).toEqual([{ ...request, method, route, path, status }]);
  }
});

const WAITING = "select from pg_locks where relation = 'users'::regclass and not granted";

test("a client that leaves before its answer, or never sends a whole request, is one line that says so", async () => {
  const { hostname, port } = new URL(server.origin);
  const own = () => lines().filter(({ event, path }) => event === "request" && path === "/api/token/");
  const before = own().length;
  const leaving = connect(Number(port), hostname);
  const body = JSON.stringify({ username: "somebody", password: SENTINEL });
  const head = `Host: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  await withDatabase(postgres.directUrl, async (query) => {
    // The login has to wait for this lock, and the client leaves meanwhile.
    await query("begin");
    await query("lock table users");
    leaving.write(`POST /api/token/ HTTP/1.1\r\n${head}\r\n\r\n${body}`);
    await eventually(async () => (await query(WAITING)).length > 0);
    leaving.destroy();
    await eventually(() => own().length === before + 1);
    await query("rollback");
  });
  expect(own().at(-1)).toMatchObject({ method: "POST", status: 499, aborted: true });

  const raw = connect(Number(port), hostname);
  let answer = "";
  raw.on("data", (chunk) => {
    answer += chunk;
  });
  raw.end(`NOT HTTP ${SENTINEL}\r\n\r\n`);
  await new Promise((resolve) => raw.once("close", resolve));
  const id = /^X-Request-Id: (\S+)\r$/m.exec(answer)?.[1];
  await eventually(() => lines().some(({ request_id }) => request_id === id));
  const line = lines().find(({ request_id }) => request_id === id);
  expect(line).toMatchObject({ event: "request", route: "malformed", status: 400, address: "127.0.0.1" });
});

test("noisy routes are logged at debug alone, and at warn no request is logged", async () => {
  const asked = async (level: string) => {
    const quiet = await startServer({ DATABASE_URL: postgres.url, LOG_LEVEL: level, WEB_CONCURRENCY: "1" });
    for (const path of ["/robots.txt", "/api/health/ready/", "/login"]) await send(quiet.origin, "GET", path);
    await quiet.stop();
    return [...quiet.output().matchAll(/"event":"request".*"path":"([^"]+)"/g)].map(([, path]) => path);
  };
  expect(await asked("debug")).toEqual(["/robots.txt", "/api/health/ready/", "/login"]);
  expect(await asked("info")).toEqual(["/login"]);
  expect(await asked("warn")).toEqual([]);
});

test("a path is logged without its query, cut before a token could end, and as printable text", async () => {
  const { cookies } = await newSession(server.origin);
  keep(cookies);
  const { hostname, port } = new URL(server.origin);
  const targets = [`/${cookies.access_token}`, `/x?password=${SENTINEL}`, "/b\u0085", '/a{"event":"login"}'];
  for (const target of targets) {
    const socket = connect(Number(port), hostname);
    socket.end(Buffer.from(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, "latin1"));
    await new Promise((resolve) => socket.resume().once("close", resolve));
  }
  const paths = () => lines().map(({ path }) => String(path));
  await eventually(() => paths().some((path) => path.startsWith("/a{")));
  expect(paths()).toContain(`/${cookies.access_token}`.slice(0, 120));
  expect(paths()).toContain("/x");
  for (const path of paths()) expect(path).toMatch(/^[\x21-\x7e]{1,120}$/);
});

test("a line break in a client's values forges no line", async () => {
  const forged = '\n{"level":30,"event":"login","user_id":1}\r\n\u2028';
  const refused = await logged(async () => {
    await post("/api/token/", { username: `x${forged}`, password: SENTINEL });
    await post("/api/user/signup/", { ...signUpBody(`x${forged}`), email: `a${forged}@example.com` });
    await send(server.origin, "GET", "/api/user/profile/", {
      headers: { authorization: "Bearer x\ty", cookie: "access_token=%0A%7B" },
    });
    await send(server.origin, "GET", `/${encodeURIComponent(forged)}`);
  });
  expect(refused).toEqual([{ event: "login_refused", user_id: null }]);
});

test("a client that hangs up in the middle of a body is not logged as a failure", async () => {
  const request = "POST /api/token/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
  expect(await logged(() => sendAndHangUp(server.origin, Buffer.from(request)))).toEqual([]);
});

test("whatever happens, no password, token or secret is in the log, and every line of it is a JSON object", async () => {
  const { user, cookies } = await newSession(server.origin);
  keep(cookies);
  const all = async () => {
    const { username } = user;
    const answers = [
      await post("/api/user/signup/", { ...user, password: SENTINEL }),
      await post("/api/user/signup/", { ...signUpBody(), password: SENTINEL, age: SENTINEL }),
      await post("/api/user/signup/", { ...signUpBody(), password: SENTINEL }),
      await send(server.origin, "POST", "/api/user/signup/", {
        body: `{"password":"${SENTINEL}"`,
        headers: { "content-type": "application/json" },
      }),
      await post("/api/token/", { username, password: SENTINEL }),
      await post("/api/token/", { username: SENTINEL, password: user.password }),
      await post("/api/token/", { username, password: SENTINEL.repeat(200) }),
      await post("/api/token/refresh/", { refresh: `${SENTINEL}.a.b` }),
      await post("/api/token/refresh/", undefined, cookies),
      await send(server.origin, "GET", "/api/user/profile/", { headers: { authorization: `Bearer ${SENTINEL}` } }),
      await post("/api/user/logout/", undefined, cookies),
    ];
    for (const answer of answers) keep(answer.cookies);
    keep((await send(server.origin, "GET", "/", { cookies })).cookies);
    return answers.map(({ status }) => status);
  };
  expect(await all()).toEqual([400, 400, 201, 400, 401, 401, 401, 401, 200, 401, 200]);

  // An operator's mistake, which the application meets as a bug.
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query("alter table users rename column email to mail");
  const broken = await post("/api/user/signup/", { ...signUpBody(), password: SENTINEL });
  expect([broken.status, broken.json]).toEqual([500, { detail: "Internal server error." }]);
  await eventually(() => lines().some(({ msg, level }) => level === 50 && msg === "an endpoint failed"));
  const failure = lines().find(({ msg }) => msg === "an endpoint failed");
  expect(failure?.request_id).toBe(broken.headers["x-request-id"]);
  await client.query("alter table users rename column mail to email");
  await client.end();

  await postgres.stop();
  await eventually(async () => (await send(server.origin, "GET", "/api/user/profile/", { cookies })).status !== 200);
  const away = await all();
  expect(away.filter((status) => status === 503).length).toBeGreaterThanOrEqual(5);
  await eventually(() => lines().some(({ msg }) => msg === "the database can't be asked"));
  await server.stop();
  expect(lines().length).toBeGreaterThan(10);
  for (const secret of secrets) expect(server.output()).not.toContain(secret);
});
