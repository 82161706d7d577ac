import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { connect as connectTcp } from "node:net";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { freePort } from "#db/embedded/ports.ts";
import { newSession, send } from "./client.ts";
import { eventually, startServer, type TestServer } from "./harness.ts";
import { hasNginx, startNginx, type TestNginx } from "./nginx-server.ts";

// Visitors, Nginx and the application connect by IPv6 here.

const overIpv6 = (origin: string) => origin.replace("localhost", "[::1]");
const hasIpv6 = existsSync("/proc/net/if_inet6");
let application: TestServer;
let development: TestNginx;
let production: TestNginx;

describe.skipIf(!hasNginx() || !hasIpv6)("by IPv6", () => {
  beforeAll(async () => {
    const ports = { http: await freePort(), https: await freePort() };
    const variables = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), TRUSTED_PROXIES: "::1" };
    application = await startServer({ ...variables, PUBLIC_URL: `https://localhost:${ports.https}` });
    const port = new URL(application.origin).port;
    [development, production] = await Promise.all([
      startNginx({ mode: "development", upstreams: [`[::1]:${new URL(inject("origin")).port}`] }),
      startNginx({ mode: "production", upstreams: [`[::1]:${port}`], ports }),
    ]);
  });
  afterAll(() => Promise.all([application.stop(), development.stop(), production.stop()]));

  test("a session is opened, used and ended, in development and in production", async () => {
    for (const [origin, host] of [
      [overIpv6(development.http), new URL(development.http).host],
      [overIpv6(production.https), new URL(production.https).host],
    ] as const) {
      const { user, cookies } = await newSession(origin);
      const profile = await send(origin, "GET", "/api/user/profile/", { cookies, headers: { host } });
      expect(profile.json).toEqual({ username: user.username });
      expect((await send(origin, "POST", "/api/user/logout/", { cookies, headers: { host } })).status).toBe(200);
    }
    expect((await send(overIpv6(production.http), "GET", "/login")).status).toBe(308);
    expect((await send(overIpv6(production.http), "POST", "/api/token/", { json: {} })).status).toBe(403);
  });

  test("the application gets the visitor's own address, and answers readiness by IPv6", async () => {
    await send(overIpv6(production.https), "GET", "/api/nope-by-ipv6/");
    await eventually(() => /"address":"::1"[^\n]*nope-by-ipv6|nope-by-ipv6[^\n]*"address":"::1"/.test(application.output()));
  });

  test("Nginx notices by IPv6 that an upstream comes and goes", async () => {
    const port = await freePort();
    const nginx = await startNginx({ mode: "development", upstreams: [`[::1]:${port}`], isWatched: true });
    expect((await send(overIpv6(nginx.http), "GET", "/x")).status).toBe(503);
    const server = createServer((_request, response) => response.end("here"));
    await once(server.listen(port, "::1"), "listening");
    await eventually(async () => (await send(overIpv6(nginx.http), "GET", "/x")).text === "here");
    server.close();
    await nginx.stop();
  });

  test("a network that holds as many connections as it may gets no more, and others are served", async () => {
    const port = Number(new URL(production.https).port);
    const sockets = Array.from({ length: 300 }, () => connectTcp({ port, host: "::1" }));
    let closed = 0;
    for (const socket of sockets) {
      socket.on("error", () => undefined);
      socket.on("close", () => (closed += 1));
    }
    await eventually(() => closed >= 20, 4);
    expect((await send(production.https.replace("localhost", "127.0.0.1"), "GET", "/api/user/profile/")).status).toBe(401);
    for (const socket of sockets) socket.destroy();
  });
});
