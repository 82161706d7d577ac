import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { freePort } from "#db/embedded/ports.ts";
import { environmentWith } from "#lib/config.ts";
import { freshName, PASSWORD, send, signUp } from "./client.ts";
import { eventually, startServer, type TestServer } from "./harness.ts";
import { hasNginx, startNginx, type TestNginx } from "./nginx-server.ts";
import { unlessBusy } from "./unless-busy.ts";

// A CDN or a load balancer in front of Nginx, at 127.0.0.2 and 127.0.0.4. Other clients are at 127.0.0.3.

const TRUSTED = "127.0.0.2, 127.0.0.4/31,2001:db8::/32";
const HSTS = "max-age=63072000; includeSubDomains";
let application: TestServer;
let nginx: TestNginx;

describe.skipIf(!hasNginx())("behind a trusted proxy", () => {
  beforeAll(async () => {
    const ports = { http: await freePort(), https: await freePort() };
    application = await startServer({
      DATABASE_URL: inject("databaseUrl"),
      AUTH_SECRET: inject("authSecret"),
      PUBLIC_URL: `https://localhost:${ports.https}`,
      TRUSTED_PROXIES: "127.0.0.1",
      RATE_LIMITS: "on",
      RATE_LIMIT_LOGIN_ADDRESS: "2/900",
      RATE_LIMIT_SIGNUP: "1000000/900",
    });
    const upstreams = [new URL(application.origin).host];
    nginx = await startNginx({ mode: "production", upstreams, ports, trustedProxies: TRUSTED });
  });
  afterAll(() => Promise.all([application.stop(), nginx.stop()]));

  const guess = async (localAddress: string, forwarded: string, username = freshName()) => {
    const headers = { "x-forwarded-for": forwarded };
    return (
      await send(nginx.https, "POST", "/api/token/", { json: { username, password: "wrong-one-1" }, headers, localAddress })
    ).status;
  };

  test("each visitor has limits of their own, and one visitor's guesses lock no other out", async () => {
    const { username } = await signUp(nginx.https);
    for (let visitor = 1; visitor <= 6; visitor += 1) {
      expect(await guess("127.0.0.2", `198.19.100.${visitor}`, username)).toBe(401);
    }
    expect(await guess("127.0.0.2", "198.19.100.1")).toBe(401);
    expect(await guess("127.0.0.2", "198.19.100.1")).toBe(429);
    // Through another trusted proxy, and with an address that the visitor put in front.
    expect(await guess("127.0.0.5", "198.19.100.1, 127.0.0.2")).toBe(429);
    expect(await guess("127.0.0.2", "203.0.113.9, 198.19.100.1")).toBe(429);
    const headers = { "x-forwarded-for": "198.19.100.77" };
    const json = { username, password: PASSWORD };
    expect((await send(nginx.https, "POST", "/api/token/", { json, headers, localAddress: "127.0.0.2" })).status).toBe(200);
  });

  test("addresses of one IPv6 network count as one visitor, those of another network do not", async () => {
    expect(await guess("127.0.0.2", "2001:db9:1:2::1")).toBe(401);
    expect(await guess("127.0.0.2", "2001:db9:1:2::ffff")).toBe(401);
    expect(await guess("127.0.0.2", "2001:db9:1:2:3::1")).toBe(429);
    expect(await guess("127.0.0.2", "2001:db9:1:3::1")).toBe(401);
  });

  test("an IPv6 network that has as many requests open as it may gets no more, and others are served", async () => {
    const port = Number(new URL(nginx.http).port);
    const heard: string[] = [];
    const sockets = Array.from({ length: 240 }, (_, index) => {
      const socket = connectTcp({ port, host: "127.0.0.1", localAddress: "127.0.0.2" });
      const visitor = `2001:db9:7:7::${(index + 1).toString(16)}`;
      socket.write(
        `POST /api/user/signup/ HTTP/1.1\r\nHost: x\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: ${visitor}\r\n` +
          "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n",
      );
      return socket.on("data", (chunk) => heard.push(String(chunk))).on("error", () => undefined);
    });
    await eventually(() => heard.length >= 40);
    for (const answer of heard) expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(heard).toHaveLength(40);
    expect(await guess("127.0.0.2", "2001:db9:7:8::1")).toBe(401);
    for (const socket of sockets) socket.destroy();
  });

  test("the same header from any other address is ignored", async () => {
    expect(await guess("127.0.0.3", "192.0.2.1")).toBe(401);
    expect(await guess("127.0.0.3", "192.0.2.2, 127.0.0.2")).toBe(401);
    for (const forged of ["192.0.2.3", "127.0.0.2", "unix:", "", "192.0.2.4, 127.0.0.4"]) {
      expect(await guess("127.0.0.3", forged), forged).toBe(429);
    }
    // Nor does it count against the address that it names.
    expect(await guess("127.0.0.2", "192.0.2.1")).toBe(401);
  });

  test("a proxy that names no visitor counts as the visitor", async () => {
    expect(await guess("127.0.0.4", "")).toBe(401);
    expect(await guess("127.0.0.4", "no address")).toBe(401);
    expect(await guess("127.0.0.4", "")).toBe(429);
  });

  test("TLS that ends at the proxy counts as TLS: pages do not redirect, cookies are Secure, and answers have HSTS", async () => {
    const headers = { "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.80", host: new URL(nginx.https).host };
    const through = (method: string, path: string, json?: unknown) =>
      send(nginx.http, method, path, { headers, localAddress: "127.0.0.2", ...(json === undefined ? {} : { json }) });
    const page = await through("GET", "/login");
    expect([page.status, page.headers["strict-transport-security"]]).toEqual([200, HSTS]);
    const { username } = await signUp(nginx.https);
    const login = await through("POST", "/api/token/", { username, password: PASSWORD });
    expect([login.status, login.headers["strict-transport-security"]]).toEqual([200, HSTS]);
    expect(Object.keys(login.cookies).sort()).toEqual(["__Host-access_token", "__Host-refresh_token"]);
    for (const line of login.setCookies) expect(line).toMatch(/; Secure/i);
    expect((await unlessBusy(() => through("GET", "/api/health/ready/"))).status).toBe(200);
    expect((await through("TRACE", "/api/token/")).status).toBe(405);
  });

  test("a load balancer may ask for readiness without TLS, and a visitor may not", async () => {
    const ask = (localAddress: string, path = "/api/health/ready/") => send(nginx.http, "GET", path, { localAddress });
    expect((await unlessBusy(() => ask("127.0.0.2"))).status).toBe(200);
    expect((await ask("127.0.0.2", "/api/health/live")).status).toBe(200);
    expect((await ask("127.0.0.3")).status).toBe(403);
    expect((await ask("127.0.0.2", "/api/user/profile/")).status).toBe(403);
    expect((await ask("127.0.0.3", "/api/health/ready/:unix:/proxies-http.sock")).status).toBe(403);
  });

  test.each([
    ["127.0.0.2", "http", "http"],
    ["127.0.0.2", "", "http"],
    ["127.0.0.2", "ftp", "http"],
    ["127.0.0.3", "https", "http"],
    // The proxy connects by TLS for a visitor who came without.
    ["127.0.0.2", "http", "https"],
  ] as const)(
    "plain http that %s reports by X-Forwarded-Proto: %s over %s gets a redirect from pages and a 403 from the API",
    async (localAddress, proto, door) => {
      const sent = { localAddress, headers: { "x-forwarded-proto": proto, host: new URL(nginx.https).host } };
      const page = await send(nginx[door], "GET", "/login?next=%2F", sent);
      expect([page.status, page.headers.location]).toEqual([308, `${nginx.https}/login?next=%2F`]);
      for (const path of ["/api/token/", "/api", "/%61pi/token/"]) {
        const answer = await send(nginx[door], "POST", path, { ...sent, json: {} });
        expect([answer.status, answer.json.code]).toEqual([403, "https_required"]);
      }
    },
  );

  test("the proxy's headers count over HTTP/2 as well, whatever the size of the request's headers", async () => {
    for (const big of ["", "~".repeat(6_000)]) {
      const socket = connectTcp({ port: Number(new URL(nginx.https).port), host: "127.0.0.1", localAddress: "127.0.0.2" });
      const createConnection = () => connectTls({ socket, ALPNProtocols: ["h2"], rejectUnauthorized: false });
      const session = connectHttp2(nginx.https, { createConnection });
      const stream = session.request({
        ":path": "/login",
        "x-forwarded-for": "198.19.100.9",
        "x-forwarded-proto": "http",
        "x-big": big,
      });
      const [answer] = await once(stream.resume(), "response");
      expect(answer[":status"]).toBe(308);
      session.destroy();
    }
  });

  test("a proxy may hold more connections than a visitor", async () => {
    const port = Number(new URL(nginx.https).port);
    const sockets = Array.from({ length: 400 }, () => connectTcp({ port, host: "127.0.0.1", localAddress: "127.0.0.4" }));
    let closed = 0;
    for (const socket of sockets) socket.on("close", () => (closed += 1));
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    const page = await send(nginx.https, "GET", "/login", {
      localAddress: "127.0.0.4",
      headers: { "x-forwarded-proto": "https" },
    });
    expect([page.status, closed]).toEqual([200, 0]);
    for (const socket of sockets) socket.destroy();
  });

  test("an entry of TRUSTED_PROXIES that is no address stops the start with a line that names it", () => {
    const script = join(import.meta.dirname, "..", "nginx", "docker-entrypoint.d", "18-doors.sh");
    const variables = { RUNTIME_DIRECTORY: join(nginx.directory, "other"), HTTP_PORT: "1", HTTPS_PORT: "2" };
    for (const wrong of ["cdn.example", "unix:", "10.0.0.0/8;", "/x"]) {
      const start = () =>
        execFileSync("sh", [script], {
          env: environmentWith({ ...variables, TRUSTED_PROXIES: wrong }),
          stdio: ["ignore", "ignore", "pipe"],
        });
      expect(start, wrong).toThrow(/TRUSTED_PROXIES must be addresses and subnets/);
    }
  });
});
