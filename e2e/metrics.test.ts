import { connect } from "node:net";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { freshName, logIn, newSession, PASSWORD, send, signUp } from "./client.ts";
import { eventually, startServer, type TestServer } from "./harness.ts";
import { workersOf } from "./launch.ts";
import { scrape } from "./scrape.ts";

// The metrics, as an operator's Prometheus scrapes them, at a port of their own.

const PATIENTLY = { timeout: 30_000, interval: 25 };
const SETTINGS = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), LOG_LEVEL: "warn" };
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ ...SETTINGS, REFRESH_GRACE: "0" });
});
afterAll(() => server.stop());

test("metrics are answered in Prometheus' format, and never cached", async () => {
  const answer = await send(new URL(server.metrics).origin, "GET", "/metrics");
  expect(answer.status).toBe(200);
  expect(answer.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect(answer.text).toMatch(/^# TYPE movieconnect_http_requests_total counter$/m);
  for (const line of answer.text.split("\n")) {
    expect(line).toMatch(/^$|^# (HELP|TYPE) \w+ .+$|^\w+(\{(\w+="[^"\\]*",?)+\})? (-?[\d.e+-]+)$/);
  }
});

test("the public port has no metrics at any path, not even for this machine", async () => {
  const nothing = { status: 404, text: '{"detail":"Not found."}' };
  for (const path of ["/api/metrics/", "/api/metrics"]) {
    for (const method of ["GET", "POST", "OPTIONS"]) expect(await send(server.origin, method, path)).toMatchObject(nothing);
  }
  const page = await send(server.origin, "GET", "/metrics");
  expect(page.status).toBe(404);
  expect(page.text).not.toContain("movieconnect_");
});

test("the counts of all workers are summed", async () => {
  const before = await scrape(server.metrics);
  const user = await signUp(server.origin);
  // Each request is on a connection of its own, which one of the workers accepts.
  const sessions = await Promise.all(Array.from({ length: 8 }, () => logIn(server.origin, user)));
  for (let wrong = 0; wrong < 3; wrong += 1) {
    const json = { username: user.username, password: `${PASSWORD}!` };
    expect((await send(server.origin, "POST", "/api/token/", { json })).status).toBe(401);
  }
  for (const { cookies } of sessions.slice(0, 3)) await send(server.origin, "POST", "/api/token/refresh/", { cookies });
  await send(server.origin, "POST", "/api/token/refresh/", { cookies: sessions[0]?.cookies ?? {} });
  await send(server.origin, "POST", "/api/user/logout/", { cookies: sessions[4]?.cookies ?? {} });

  const added = async () => {
    const after = await scrape(server.metrics);
    const series = (name: string) => (after.get(`movieconnect_${name}`) ?? 0) - (before.get(`movieconnect_${name}`) ?? 0);
    return {
      signups: series("signups_total"),
      opened: series('sessions_total{event="opened"}'),
      refreshed: series('sessions_total{event="refreshed"}'),
      replayed: series('sessions_total{event="replayed"}'),
      revoked: series('sessions_total{event="revoked"}'),
      refused: series("logins_refused_total"),
      hashes: series("hash_seconds_count"),
      answered: series('http_requests_total{route="/api/token/",method="POST",status="200"}'),
      timed: series('http_request_duration_seconds_count{route="/api/token/"}'),
    };
  };
  const expected = {
    signups: 1,
    opened: 8,
    refreshed: 3,
    replayed: 1,
    revoked: 2,
    refused: 3,
    hashes: 12,
    answered: 8,
    timed: 11,
  };
  // A request is counted after its answer was sent, which may be after the client has received it.
  // A worker that does not report within a second counts with what it reported last.
  await vi.waitFor(async () => expect(await added()).toEqual(expected), PATIENTLY);
  for (let again = 0; again < 10; again += 1) expect(await added()).toEqual(expected);
});

test("throttled requests are counted by limit, also those that a worker refuses from memory", async () => {
  const limits = { RATE_LIMITS: "on", RATE_LIMIT_LOGIN_ADDRESS: "2/600", TRUSTED_PROXIES: "127.0.0.1" };
  const limited = await startServer({ ...SETTINGS, ...limits, LOG_LEVEL: "silent" });
  // An application of its own: other tests are throttled on the shared one.
  const headers = { "x-forwarded-for": "198.51.100.77" };
  const throttled = 'movieconnect_throttled_total{limit="login_address"}';
  await eventually(async () => (await scrape(limited.metrics)).get(throttled) === 0);
  for (let attempt = 0; attempt < 6; attempt += 1) await send(limited.origin, "POST", "/api/token/", { json: {}, headers });
  await eventually(async () => (await scrape(limited.metrics)).get(throttled) === 4);
  await limited.stop();
});

test("the number of series is bounded, whatever clients request", async () => {
  const { cookies } = await newSession(server.origin);
  const paths = [
    "/",
    "/login",
    "/robots.txt",
    "/icon.svg",
    "/_next/static/x.js",
    "/api/health/live/",
    "/api/token",
    "/%61pi/%74oken/",
  ];
  const unknown = Array.from({ length: 40 }, (_, index) => `${index % 2 ? "/api" : ""}/${freshName()}${"/x".repeat(index % 5)}`);
  const odd = ["//", "/%", "/\\", "/api//", "/api/token/%00", "/_next/image", "/__proto__", "/constructor", "/api/constructor"];
  for (const path of [...paths, ...unknown, ...odd]) await send(server.origin, "GET", path, { cookies });
  for (let sessions = 0; sessions < 20; sessions += 1)
    await send(server.origin, "DELETE", `/api/user/sessions/${freshName()}/`, { cookies });
  for (const method of ["PUT", "PATCH", "DELETE", "PROPFIND", "TRACE", "PURGE"]) await send(server.origin, method, "/api/token/");
  const { hostname, port } = new URL(server.origin);
  const raw = connect(Number(port), hostname);
  raw.end("FOO / HTTP/9.9\r\n\r\n");
  await new Promise((resolve) => raw.resume().once("close", resolve));

  const requests = () =>
    scrape(server.metrics).then((series) =>
      [...series.keys()].filter((key) => key.startsWith("movieconnect_http_requests_total")),
    );
  const labels = (name: string, keys: string[]) =>
    [...new Set(keys.map((key) => new RegExp(`${name}="([^"]*)"`).exec(key)?.[1]))].sort();
  const known = ["/api/health/live/", "/api/token/", "/api/token/refresh/", "/api/user/logout/"];
  const routes = [...known, "/api/user/sessions/[id]/", "/api/user/signup/", "malformed", "other", "page", "static"];
  const methods = ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT", "other"];
  // A request is counted after its answer was sent, and a busy worker may miss a scrape. No series ever goes away.
  await vi.waitFor(async () => {
    const keys = await requests();
    expect([labels("route", keys), labels("method", keys)]).toEqual([routes, methods]);
  }, PATIENTLY);
});

test("a worker that hangs holds up no scrape, the counts of one that died stay, and its successor counts on", async () => {
  const own = await startServer({ ...SETTINGS, LOG_LEVEL: "silent" });
  const opened = 'movieconnect_sessions_total{event="opened"}';
  const workers = async () => {
    const series = await scrape(own.metrics);
    return ["answering", "silent"].map((state) => series.get(`movieconnect_workers{state="${state}"}`));
  };
  const user = await signUp(own.origin);
  for (let login = 0; login < 6; login += 1) await logIn(own.origin, user);
  const sessions = async () => (await scrape(own.metrics)).get(opened);
  // A busy worker may miss a scrape, too.
  await eventually(async () => (await sessions()) === 6 && (await workers()).join() === "2,0");

  const [pid = 0] = await workersOf(own.process.pid ?? 0);
  process.kill(pid, "SIGSTOP");
  // The scrape is answered before the watchdog ends the worker that hangs.
  await eventually(async () => (await workers()).join() === "1,1", 8);
  expect(await sessions()).toBe(6);

  process.kill(pid, "SIGKILL");
  await eventually(async () => (await workers()).join() === "2,0");
  expect(await sessions()).toBe(6);
  for (let login = 0; login < 4; login += 1) await logIn(own.origin, user);
  await eventually(async () => (await sessions()) === 10);
  await own.stop();
});
