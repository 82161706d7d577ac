import { connect } from "node:net";
import { expect, inject, test } from "vitest";
import { logIn, send, signUp } from "#e2e/client.ts";
import { eventually, startPostgres, startServer } from "#e2e/harness.ts";
import { pausePostgres } from "#e2e/launch.ts";

const origin = inject("origin");
const READY = { status: "ready", checks: { revocations: true, migrations: true, serving: true } };

test("the probes answer JSON that is never cached and says nothing about versions", async () => {
  for (const [path, body] of [
    ["/api/health/live/", { status: "live" }],
    ["/api/health/ready/", READY],
  ] as const) {
    const answer = await send(origin, "GET", path);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual(body);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect((await send(origin, "POST", path)).status).toBe(405);
  }
});

test("without Postgres a worker is live and not ready, and it is ready again when Postgres is back", async () => {
  const postgres = await startPostgres();
  const settings = { DATABASE_URL: postgres.url, REVOCATION_POLL_MS: "100", WEB_CONCURRENCY: "1" };
  const server = await startServer(settings);
  await eventually(async () => (await send(server.origin, "GET", "/api/health/ready/")).status === 200);
  const resume = await pausePostgres(postgres.directory);
  await eventually(async () => (await send(server.origin, "GET", "/api/health/ready/")).status === 503);
  const answer = await send(server.origin, "GET", "/api/health/ready/");
  expect(answer.json).toEqual({ status: "not ready", checks: { ...READY.checks, revocations: false } });
  expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
  expect((await send(server.origin, "GET", "/api/health/live/")).status).toBe(200);
  resume();
  await eventually(async () => (await send(server.origin, "GET", "/api/health/ready/")).status === 200);
  await server.stop();
  await postgres.stop();
});

test("a worker that was told to stop finishes the requests that it has begun, and says that it is not ready", async () => {
  const server = await startServer({ DATABASE_URL: inject("databaseUrl"), BCRYPT_COST: "13", WEB_CONCURRENCY: "1" });
  const user = await signUp(server.origin);
  const { hostname, port } = new URL(server.origin);
  const probe = connect(Number(port), hostname);
  let answer = "";
  probe.on("data", (chunk) => {
    answer += chunk;
  });
  // Half a request keeps its connection from being idle.
  probe.write("GET /api/health/ready/ HTTP/1.1\r\nHost: x\r\n");
  const login = logIn(server.origin, user);
  await eventually(async () => (await send(server.origin, "GET", "/api/health/ready/")).status === 200);
  const ended = server.stop();
  await eventually(() =>
    send(server.origin, "GET", "/api/health/live/").then(
      () => false,
      () => true,
    ),
  );
  probe.write("\r\n");
  await eventually(() => answer.includes('"serving":'));
  expect(answer).toMatch(/^HTTP\/1\.1 503 /);
  expect(answer).toContain('"serving":false');
  expect((await login).cookies.access_token).toBeTruthy();
  expect(await ended).toBe(0);
});
