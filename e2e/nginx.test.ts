import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { connect as connectTls, type SecureVersion } from "node:tls";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { freePort } from "#db/embedded/ports.ts";
import { freshName, newSession, PASSWORD, send, signUpBody } from "./client.ts";
import { eventually, startServer, type TestServer } from "./harness.ts";
import { collectStaticFiles, hasNginx, startNginx, type TestNginx } from "./nginx-server.ts";

// The image's configuration in a real Nginx: in front of the application, of a server that echoes requests, and of nothing.

const SECURITY_HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-frame-options": "DENY",
};
const HSTS = "max-age=63072000; includeSubDomains";
/** Where nothing listens. A port that is free now may be another test's a minute later. */
const NOBODY = "127.0.0.1:1";
const databaseUrl = inject("databaseUrl");

/** Stops what the tests share, at the end. Each test stops what it starts itself. */
const stops: (() => Promise<unknown>)[] = [];
let staticRoot = "";
let application: TestServer;
let development: TestNginx;
let production: TestNginx;
let gone: TestNginx;

describe.skipIf(!hasNginx())("behind Nginx", () => {
  beforeAll(async () => {
    staticRoot = await collectStaticFiles();
    const ports = { http: await freePort(), https: await freePort() };
    const variables = {
      DATABASE_URL: databaseUrl,
      AUTH_SECRET: inject("authSecret"),
      PUBLIC_URL: `https://localhost:${ports.https}`,
      // Two failed logins of one address for one account are throttled, and nothing else is.
      TRUSTED_PROXIES: "127.0.0.1",
      RATE_LIMITS: "on",
      RATE_LIMIT_LOGIN_ACCOUNT_ADDRESS: "1/900",
      RATE_LIMIT_LOGIN_ADDRESS: "1000000/900",
      RATE_LIMIT_SIGNUP: "1000000/900",
    };
    // In development the application has no PUBLIC_URL: its origin is the one that the browser names.
    const { PUBLIC_URL: _none, ...unnamed } = { ...variables, RATE_LIMITS: "off" };
    const [named, nameless] = await Promise.all([startServer(variables), startServer(unnamed)]);
    application = named;
    const { host } = new URL(application.origin);
    [development, production, gone] = await Promise.all([
      startNginx({ mode: "development", upstreams: [new URL(nameless.origin).host], staticRoot }),
      startNginx({ mode: "production", upstreams: [host], ports, staticRoot }),
      startNginx({ mode: "production", upstreams: [NOBODY], staticRoot }),
    ]);
    stops.push(application.stop, nameless.stop, development.stop, production.stop, gone.stop);
  });
  afterAll(async () => {
    await Promise.all(stops.map((stop) => stop()));
    await rm(staticRoot, { recursive: true, force: true });
  });

  test.each([
    ["http, in development", () => development.http, ""],
    ["https, in production", () => production.https, "__Host-"],
  ])("over %s a session is opened, refreshed, used and ended", async (_where, origin, prefix) => {
    const { user, cookies, setCookies } = await newSession(origin());
    expect(Object.keys(cookies).sort()).toEqual([`${prefix}access_token`, `${prefix}refresh_token`]);
    for (const line of setCookies) expect(/; Secure/i.test(line)).toBe(prefix !== "");
    const refreshed = await send(origin(), "POST", "/api/token/refresh/", { cookies });
    expect(refreshed.json).toEqual({ detail: "Token refreshed." });
    const profile = await send(origin(), "GET", "/api/user/profile/", { cookies: refreshed.cookies });
    expect(profile.json).toEqual({ username: user.username });
    const out = await send(origin(), "POST", "/api/user/logout/", { cookies: refreshed.cookies });
    expect(out.json).toEqual({ detail: "Successfully logged out." });
    expect(Object.values(out.cookies)).toEqual(["", ""]);
  });

  test("the page's own origin may post and a foreign one may not, and the port is a part of the origin", async () => {
    for (const origin of [development.http, production.https]) {
      const login = (from: string) => send(origin, "POST", "/api/token/", { json: {}, headers: { origin: from } });
      expect((await login(origin)).status).toBe(400);
      for (const foreign of ["https://evil.example", "http://localhost", "https://localhost", "null"]) {
        const answer = await login(foreign);
        expect(answer.status).toBe(403);
        expect(answer.json.code).toBe("cross_site");
      }
    }
  });

  test("every https answer has HSTS for two years and each security header once, Nginx' own refusals too", async () => {
    const big = "x".repeat(100_000);
    const wrong = { username: freshName(), password: PASSWORD };
    const logInFrom = (localAddress: string) =>
      send(production.https.replace("localhost", "127.0.0.1"), "POST", "/api/token/", { json: wrong, localAddress });
    const answers = [
      [await logInFrom("127.0.0.88"), 401],
      [await logInFrom("127.0.0.88"), 429],
      [await send(production.https, "GET", "/login"), 200],
      [await send(production.https, "GET", "/robots.txt"), 200],
      [await send(production.https, "GET", "/_next/static/nope.js"), 404],
      [await send(production.https, "POST", "/api/token/", { body: "{", headers: { "content-type": "application/json" } }), 400],
      [await send(production.https, "GET", "/api/user/profile/"), 401],
      [await send(production.https, "POST", "/api/token/", { json: {}, headers: { origin: "https://evil.example" } }), 403],
      [await send(production.https, "GET", "/api/nope/"), 404],
      [await send(production.https, "GET", "/.env"), 404],
      [await send(production.https, "GET", "/api/token/"), 405],
      [await send(production.https, "TRACE", "/api/token/"), 405],
      [await send(production.https, "POST", "/api/token/", { body: big }), 413],
      [await send(production.https, "GET", "/api/token/", { headers: { "x-big": "x".repeat(10_000) } }), 431],
      [await send(gone.https, "GET", "/api/token/"), 503],
      [await send(gone.https, "GET", "/login"), 503],
    ] as const;
    for (const [{ status, headers }, expected] of answers) {
      expect(status).toBe(expected);
      // Node joins a header that is there twice with a comma.
      expect(headers).toMatchObject({ ...SECURITY_HEADERS, "strict-transport-security": HSTS });
      expect(headers.server).toBe("nginx");
      expect(headers["x-powered-by"] ?? headers.via).toBeUndefined();
    }
    const plain = await send(development.http, "GET", "/login");
    expect(plain.headers).toMatchObject(SECURITY_HEADERS);
    expect(plain.headers["strict-transport-security"]).toBeUndefined();
  });

  test("over http in production the API is refused and never redirected, and pages redirect to the public origin", async () => {
    for (const path of ["/api/token/", "/api/token", "/api", "/api/", "/api/nope", "/%61pi/token/", "/x/../api/token/"]) {
      for (const method of ["GET", "POST", "OPTIONS"]) {
        const answer = await send(production.http, method, path, method === "POST" ? { json: { password: PASSWORD } } : {});
        expect([path, method, answer.status]).toEqual([path, method, 403]);
        expect(answer.json).toEqual({ detail: "HTTPS is required.", code: "https_required" });
        expect(answer.headers).toMatchObject({ ...SECURITY_HEADERS, "cache-control": "no-store" });
      }
    }
    for (const path of ["/login?next=%2Ffilms", "/docs", "/docs/"]) {
      const page = await send(production.http, "GET", path, { headers: { host: "evil.example" } });
      expect(page.status).toBe(308);
      expect(page.headers.location).toBe(`${production.https}${path}`);
    }
    expect((await send(production.http, "GET", "/.well-known/acme-challenge/nope")).status).toBe(404);
  });

  test("Nginx' log has each request's path and never its query, which may hold a provider's code", async () => {
    await send(production.https, "GET", "/api/auth/callback/oidc?code=a-secret-code&state=a-secret-state");
    await send(production.http, "GET", "/of-this-test?next=%2Fa-secret-page");
    const log = () => readFile(join(production.directory, "access.log"), "utf8");
    // A worker writes a line after its answer, so that another worker's later request may have its line first.
    for (const line of [/"GET \/api\/auth\/callback\/oidc HTTP/, /"GET \/of-this-test HTTP/])
      await eventually(async () => line.test(await log()));
    expect(await log()).not.toContain("secret");
  });

  test("Nginx strips headers that only a proxy may set", async () => {
    const { upstream, heard, stop } = await startEcho();
    const nginx = await startNginx({ mode: "production", upstreams: [upstream] });
    heard.length = 0;
    const forged = await forgeableHeaders();
    expect(forged.length).toBeGreaterThan(20);
    const headers = Object.fromEntries(forged.map((name) => [name, "forged.example"]));
    await send(nginx.https, "POST", "/api/token/", {
      json: {},
      headers: { ...headers, X_Forwarded_For: "forged.example", "accept-encoding": "gzip", connection: "x-real-ip", te: "gzip" },
    });
    await send(nginx.https, "GET", "/login", { headers });
    for (const received of heard) {
      expect(JSON.stringify(received)).not.toContain("forged.example");
      expect(received).toMatchObject({
        host: new URL(nginx.https).host,
        "x-forwarded-host": new URL(nginx.https).host,
        "x-forwarded-proto": "https",
      });
      expect(received["x-forwarded-for"]).toMatch(/^(127\.0\.0\.1|::1)$/);
    }
    expect(heard).toHaveLength(2);
    await nginx.stop();
    await stop();
  });

  test("the application refuses a body over 16 KiB in its order, Nginx a large one, and the refusal is readable up to 1 MiB", async () => {
    for (const origin of [development.http, production.https]) {
      const json = { username: "u", password: "x".repeat(20_000) };
      const refused = await send(origin, "POST", "/api/token/", { json });
      expect(refused.status).toBe(413);
      expect((await send(origin, "POST", "/api/user/logout/", { json })).status).toBe(401);
      const large = await send(origin, "POST", "/api/token/", { body: Buffer.alloc(1_048_576, "x") });
      const chunked = await send(origin, "POST", "/api/token/", {
        body: Buffer.alloc(1_048_576, "x"),
        headers: { "transfer-encoding": "chunked" },
      });
      for (const { status, json: body, headers } of [large, chunked]) {
        expect([status, body]).toEqual([413, { detail: "Request body too large." }]);
        expect(headers).toMatchObject({ "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
      }
    }
    const over2 = await sendHttp2(production.https, Buffer.alloc(200_000, "x"));
    expect(over2).toMatchObject({ status: 413, body: '{"detail":"Request body too large."}', hsts: HSTS });
  });

  test("Nginx' own refusals are JSON below /api/", async () => {
    const expected = [
      [
        await send(development.http, "GET", "/api/token/", { headers: { "x-big": "x".repeat(10_000) } }),
        431,
        "Request headers too large.",
      ],
      [await send(development.http, "TRACE", "/api/token/"), 405, 'Method "TRACE" not allowed.'],
      [await send(development.http, "GET", `/api/${"x".repeat(10_000)}`), 414, "Request line too long."],
    ] as const;
    for (const [{ status, json, headers }, code, detail] of expected) {
      expect([status, json]).toEqual([code, { detail }]);
      expect(headers).toMatchObject({ ...SECURITY_HEADERS, "cache-control": "no-store" });
    }
    expect(await raw(development.http, "GET /api/token/ HTTP/1.1\r\nHost: a b\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*\{"detail":"Malformed HTTP request\."\}$/,
    );
    expect(await raw(production.https.replace("https", "http"), "GET /api/token/ HTTP/1.1\r\nHost: a\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*\{"detail":"Malformed HTTP request\."\}$/,
    );
  });

  test("Nginx serves the build's files itself, precompressed and cacheable for a year, and no source map", async () => {
    const { text } = await send(production.https, "GET", "/login");
    const [script = ""] = /\/_next\/static\/[^"'\\ ]+?\.js/.exec(text) ?? [];
    const plain = await send(gone.https, "GET", script);
    expect(plain.status).toBe(200);
    expect(plain.headers).toMatchObject({ "cache-control": "public, max-age=31536000, immutable", vary: "Accept-Encoding" });
    const packed = await send(gone.https, "GET", script, { headers: { "accept-encoding": "gzip" } });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    // Compressed while it is sent, the file would have no length.
    expect(Number(packed.headers["content-length"])).toBe((await readFile(join(staticRoot, `${script}.gz`))).length);
    expect((await readdir(staticRoot, { recursive: true })).filter((name) => name.endsWith(".map"))).toEqual([]);
    expect((await send(gone.https, "GET", `${script}.map`)).status).toBe(404);
    expect((await send(gone.https, "GET", "/robots.txt")).text).toContain("Disallow: /api/");
    const missing = await send(production.https, "GET", "/_next/static/nope.js");
    expect(missing.status).toBe(404);
    expect(missing.headers["cache-control"]).not.toContain("immutable");
  });

  test("pages are compressed, and answers of the API are not", async () => {
    const headers = { "accept-encoding": "gzip" };
    const page = await sendForBytes(production.https, "/login", headers);
    expect(page.encoding).toBe("gzip");
    expect(gunzipSync(page.body).toString()).toContain("</html>");
    const { user, cookies } = await newSession(production.https);
    const json = { username: user.username, password: user.password };
    for (const [method, path, sent] of [
      ["POST", "/api/token/", { json }],
      ["POST", "/api/token/refresh/", { cookies }],
      ["GET", "/api/user/profile/", { cookies }],
      ["GET", "/api/openapi.json", {}],
    ] as const) {
      const answer = await send(production.https, method, path, { ...sent, headers });
      expect([path, answer.status, answer.headers["content-encoding"]]).toEqual([path, 200, undefined]);
    }
  });

  test("without the application the API answers 503 with Retry-After and pages show their own 503, both at once", async () => {
    const start = Date.now();
    for (const method of ["GET", "POST"]) {
      const answer = await send(gone.https, method, "/api/token/", method === "POST" ? { json: {} } : {});
      expect(answer.status).toBe(503);
      expect(answer.json).toEqual({ detail: "Service temporarily unavailable.", code: "unavailable" });
      expect(answer.headers).toMatchObject({ "retry-after": "2", "cache-control": "no-store" });
    }
    const page = await send(gone.https, "GET", "/films");
    expect(page.status).toBe(503);
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    const [, style = ""] = /<style>([^<]*)<\/style>/.exec(page.text) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    expect(page.headers["content-security-policy"]).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(Date.now() - start).toBeLessThan(2_000);
  });

  test("an application that comes back is used again by itself, and its own 503 passes unchanged", async () => {
    const port = await freePort();
    const nginx = await startNginx({ mode: "development", upstreams: [`127.0.0.1:${port}`] });
    expect((await send(nginx.http, "GET", "/api/token/")).status).toBe(503);
    const answer = { "retry-after": "7", "content-type": "application/json" };
    const server = createServer((_request, response) => response.writeHead(503, answer).end('{"detail":"mine"}'));
    await once(server.listen(port), "listening");
    const passed = await send(nginx.http, "GET", "/api/token/");
    expect([passed.json, passed.headers["retry-after"]]).toEqual([{ detail: "mine" }, "7"]);
    server.close();
    await nginx.stop();
  });

  test("a request that changes something is never sent to a second upstream, and one that reads is", async () => {
    const dropped: string[] = [];
    const server = createServer((request) => {
      dropped.push(request.method ?? "");
      request.socket.destroy();
    });
    await once(server.listen(0), "listening");
    const upstream = addressOf(server);
    const nginx = await startNginx({ mode: "development", upstreams: [upstream, upstream.replace("127.0.0.1", "127.0.0.2")] });
    dropped.length = 0;
    expect((await send(nginx.http, "POST", "/api/user/signup/", { json: signUpBody() })).status).toBe(503);
    expect(dropped).toEqual(["POST"]);
    await send(nginx.http, "GET", "/api/user/profile/");
    expect(dropped).toEqual(["POST", "GET", "GET"]);
    server.close();
    await nginx.stop();
  });

  test("an address that has as many requests open as it may gets no more, and others are served", async () => {
    const port = Number(new URL(development.http).port);
    const head = "POST /api/token/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n";
    const greedy = Array.from({ length: 260 }, () => connectTcp({ port, host: "127.0.0.1", localAddress: "127.0.0.77" }));
    const heard: string[] = [];
    for (const socket of greedy) {
      socket.on("data", (chunk) => heard.push(String(chunk))).on("error", () => undefined);
      socket.write(head);
    }
    await eventually(() => heard.length >= 60);
    for (const answer of heard) expect(answer).toMatch(/^HTTP\/1\.1 503 [\s\S]*\{"detail":"Service temporarily unavailable\."/);
    expect(heard).toHaveLength(60);
    expect((await send(development.http, "GET", "/api/user/profile/")).status).toBe(401);
    for (const socket of greedy) socket.destroy();
  });

  test("while two versions serve, a file of a build comes from the process that has it", async () => {
    const servers = [404, 200].map((status) =>
      createServer((_request, response) => response.writeHead(status).end(String(status))),
    );
    for (const server of servers) await once(server.listen(0), "listening");
    const [without = "", having = ""] = servers.map(addressOf);
    const nginx = await startNginx({ mode: "development", upstreams: [without, having.replace("127.0.0.1", "127.0.0.2")] });
    for (let count = 0; count < 4; count += 1) {
      expect((await send(nginx.http, "GET", "/_next/static/chunks/new.js")).text).toBe("200");
    }
    for (const server of servers) server.close();
    await nginx.stop();
  });

  test("TLS 1.2 and 1.3 with the suites of Mozilla's intermediate profile, and nothing older", async () => {
    const port = Number(new URL(production.https).port);
    const attempt = (version: SecureVersion, ciphers?: string) => handshake(port, version, ciphers);
    expect(await attempt("TLSv1.3")).toMatch(/^TLS_/);
    for (const cipher of ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"]) {
      expect(await attempt("TLSv1.2", cipher)).toBe(cipher);
    }
    for (const cipher of ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-CCM"]) {
      expect(await attempt("TLSv1.2", cipher)).toBeNull();
    }
    // Node offers TLS 1.0 and 1.1 only at a lower security level.
    expect(await attempt("TLSv1.1", "DEFAULT@SECLEVEL=0")).toBeNull();
    expect(await attempt("TLSv1", "DEFAULT@SECLEVEL=0")).toBeNull();
  });

  test("HTTP/2 is spoken where the browser asks for it", async () => {
    const { status } = await sendHttp2(production.https, Buffer.from("{}"));
    expect(status).toBe(400);
  });
});

async function startEcho() {
  const heard: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    heard.push(request.headers);
    request.resume().on("end", () => response.end("{}"));
  });
  await once(server.listen(0), "listening");
  return { upstream: addressOf(server), heard, stop: async () => server.close() };
}

function addressOf(server: Server): string {
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

/** The headers that the configuration strips or sets, and others that a client could try. */
async function forgeableHeaders(): Promise<string[]> {
  const text = await readFile(join(import.meta.dirname, "..", "nginx", "movieconnect", "proxy.conf"), "utf8");
  const names = [...text.matchAll(/^proxy_set_header (\S+)/gm)].map(([, name = ""]) => name.toLowerCase());
  const needed = ["connection", "upgrade", "host", "accept-encoding"];
  const known = ["x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-port", "x-middleware-subrequest"];
  return [...new Set([...names, ...known])].filter((name) => !needed.includes(name));
}

function raw(origin: string, text: string): Promise<string> {
  const socket = connectTcp(Number(new URL(origin).port), "localhost");
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk;
  });
  socket.write(text);
  return new Promise((resolve) => socket.once("close", () => resolve(received)));
}

async function sendForBytes(origin: string, path: string, headers: Record<string, string>) {
  const session = connectHttp2(origin, { rejectUnauthorized: false });
  const stream = session.request({ ":path": path, ...headers });
  const chunks: Buffer[] = [];
  stream.on("data", (chunk) => chunks.push(chunk));
  const [answer] = await once(stream, "response");
  await once(stream, "end");
  session.close();
  return { encoding: answer["content-encoding"] as string | undefined, body: Buffer.concat(chunks) };
}

async function sendHttp2(origin: string, body: Buffer) {
  const session = connectHttp2(origin, { rejectUnauthorized: false });
  const stream = session.request({ ":method": "POST", ":path": "/api/token/", "content-type": "application/json" });
  let text = "";
  stream.on("data", (chunk) => {
    text += chunk;
  });
  // Nginx resets the stream to say that it takes no more of a body that it refused.
  stream.on("error", () => undefined);
  stream.end(body);
  const [answer] = await once(stream, "response");
  await once(stream, "close");
  session.destroy();
  return { status: answer[":status"], body: text, hsts: answer["strict-transport-security"] };
}

/** The negotiated cipher suite; null where the server refuses. */
function handshake(port: number, version: SecureVersion, ciphers?: string): Promise<string | null> {
  const options = { minVersion: version, maxVersion: version, ...(ciphers === undefined ? {} : { ciphers }) };
  const socket = connectTls({ port, host: "localhost", rejectUnauthorized: false, ...options });
  return new Promise((resolve) => {
    socket.once("secureConnect", () => {
      resolve(socket.getCipher().name);
      socket.destroy();
    });
    socket.once("error", () => resolve(null));
  });
}
