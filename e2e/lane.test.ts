import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Answer, freshName, newSession, PASSWORD, type Sent, send, signUpBody } from "./client.ts";
import { startServer, type TestServer } from "./harness.ts";
import { fetchDocument } from "./openapi.ts";
import { unlessBusy } from "./unless-busy.ts";

// The server calls the API's endpoints past Next's router (bin/server/lane.ts). Two servers, one with the lane and one without it,
// on one database and with one secret, have to give the same answers. A Next release that changes one of the two ways fails here.

const SETTINGS = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), WEB_CONCURRENCY: "1" };
const METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PURGE"];
const JSON_TYPE = { "content-type": "application/json" };
/** The `Vary` header that Next's router adds for its own pages. No endpoint's answer depends on these headers. */
const ROUTERS_VARY = /^rsc, next-router-state-tree, next-router-prefetch, next-router-segment-prefetch(, Accept-Encoding)?$/;

const lane = inject("origin");
let routed: TestServer;
beforeAll(async () => {
  routed = await startServer({ ...SETTINGS, API_LANE: "off" });
});
afterAll(() => routed.stop());

type Ask = (origin: string) => Promise<Answer>;

/** Sends a request to both servers. Returns each answer without the parts that are new in every answer. */
async function both(ask: Ask): Promise<{ byLane: Comparable; byRouter: Comparable }> {
  const [byLane, byRouter] = [await unlessBusy(() => ask(lane)), await unlessBusy(() => ask(routed.origin))];
  expect(varyOf(byLane)).toEqual([]);
  expect(varyOf(byRouter)).toEqual([expect.stringMatching(ROUTERS_VARY)]);
  return { byLane: comparable(byLane), byRouter: comparable(byRouter) };
}

async function expectSame(what: string, ask: Ask): Promise<void> {
  const { byLane, byRouter } = await both(ask);
  expect(byLane, what).toEqual(byRouter);
}

function varyOf({ rawHeaders }: Answer): string[] {
  return pairs(rawHeaders).flatMap(([name, value]) => (isVary(name) ? [value] : []));
}

function isVary(name: string): boolean {
  return name.toLowerCase() === "vary";
}

type Comparable = ReturnType<typeof comparable>;

/** Status, headers in their order and spelling, and body, without the parts that are new in every answer. */
function comparable({ status, rawHeaders, text }: Answer) {
  // Without a body Node says that it has no byte, and Next's router sends it in no chunk.
  const isFraming = (name: string) => text === "" && /^(?:content-length|transfer-encoding)$/i.test(name);
  const isNew = (name: string) => name === "Date" || name === "X-Request-Id";
  const headers = pairs(rawHeaders).filter(([name]) => !isVary(name) && !isNew(name) && !isFraming(name));
  return { status, headers: headers.map(([name, value]) => `${name}: ${masked(value)}`), text: masked(text) };
}

function pairs(rawHeaders: string[]): [name: string, value: string][] {
  return rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ""] as [string, string]] : []));
}

function masked(text: string): string {
  return text
    .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, "TOKEN")
    .replace(/127\.0\.0\.1:\d+/g, "HOST")
    .replace(/[\da-f]{64}(\|[\da-f]{64})?/g, "CSRF")
    .replace(/u[\da-f]{12}/g, "NAME")
    .replace(/"id":\d+/, '"id":ID')
    .replace(/Max-Age=[1-9]\d*/, "Max-Age=SECONDS");
}

// A test for each method: all requests together are too many for the time of one test on a busy machine.
test.each(METHODS)(
  "every endpoint and an unknown path answer %s alike by the lane and by Next's router, with and without the slash",
  async (method) => {
    const { paths } = await fetchDocument(lane);
    const all = [...Object.keys(paths), "/api/nope/", "/api/-"];
    expect(all.length).toBeGreaterThan(8);
    for (const path of all.flatMap((each) => [each, each.replace(/\/$/, "")])) {
      await expectSame(`${method} ${path}`, (origin) => send(origin, method, path));
    }
  },
);

test("each endpoint does the same work by the lane and by Next's router", async () => {
  const [mine, others] = [await newSession(lane), await newSession(routed.origin)];
  const sessionAt = (origin: string) => (origin === lane ? mine : others);
  const post = (path: string, sent: (session: typeof mine) => Sent): Ask => {
    return (origin) => send(origin, "POST", path, sent(sessionAt(origin)));
  };
  const cases: Record<string, Ask> = {
    signup: post("/api/user/signup/", () => ({ json: signUpBody() })),
    login: post("/api/token/", ({ user }) => ({ json: { username: user.username, password: PASSWORD } })),
    "profile by cookie": (origin) => send(origin, "GET", "/api/user/profile/", { cookies: sessionAt(origin).cookies }),
    "profile by header": (origin) => {
      const headers = { authorization: `Bearer ${sessionAt(origin).cookies.access_token}` };
      return send(origin, "GET", "/api/user/profile/", { headers });
    },
    "refresh by cookie": post("/api/token/refresh/", ({ cookies }) => ({ cookies })),
    "refresh by body": post("/api/token/refresh/", ({ refresh }) => ({ json: { refresh } })),
    logout: post("/api/user/logout/", ({ cookies }) => ({ cookies })),
  };
  const statuses: number[] = [];
  for (const [what, ask] of Object.entries(cases)) {
    const { byLane, byRouter } = await both(ask);
    expect(byLane, what).toEqual(byRouter);
    statuses.push(byLane.status);
  }
  expect(statuses).toEqual([201, 200, 200, 200, 200, 200, 200]);
});

describe("the lane refuses as Next's router does:", () => {
  const wrong = { username: freshName(), password: "wrong-password" };
  const refused: [what: string, method: string, path: string, sent: Sent][] = [
    ["a wrong password", "POST", "/api/token/", { json: wrong }],
    ["a bad access token", "GET", "/api/user/profile/", { cookies: { access_token: "e30.e30.e30" } }],
    ["a header with three words", "GET", "/api/user/profile/", { headers: { authorization: "Bearer a b" } }],
    ["a bad refresh token", "POST", "/api/token/refresh/", { json: { refresh: "e30.e30.e30" } }],
    ["a logout with dead cookies", "POST", "/api/user/logout/", { cookies: { access_token: "a", refresh_token: "b" } }],
    ["another site's request", "POST", "/api/token/", { json: wrong, headers: { "sec-fetch-site": "cross-site" } }],
    ["fields of the wrong type", "POST", "/api/user/signup/", { json: { username: 7, email: null, password: [] } }],
    ["JSON that is none", "POST", "/api/token/", { body: "{'a':1}", headers: JSON_TYPE }],
    ["a list", "POST", "/api/token/", { body: "[]", headers: JSON_TYPE }],
    ["a form", "POST", "/api/token/", { body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } }],
    ["no type", "POST", "/api/token/", { body: "{}" }],
    ["an empty body", "POST", "/api/user/signup/", {}],
    ["a chunked empty body", "POST", "/api/user/signup/", { body: "", headers: { "transfer-encoding": "chunked" } }],
    ["a body one byte too long", "POST", "/api/token/", { body: "x".repeat(16_385), headers: JSON_TYPE }],
    ["a body of 2 MiB", "POST", "/api/token/", { body: Buffer.alloc(2 * 1_024 ** 2, "x"), headers: JSON_TYPE }],
    [
      "a chunked body of 2 MiB",
      "POST",
      "/api/token/",
      { body: Buffer.alloc(2 * 1_024 ** 2, "x"), headers: { ...JSON_TYPE, "transfer-encoding": "chunked" } },
    ],
    ["a body of 2 MiB before the login is missed", "PUT", "/api/user/profile/", { body: Buffer.alloc(2 * 1_024 ** 2, "x") }],
    ["a body to an unknown path", "POST", "/api/nope/", { json: {} }],
  ];
  test.each(refused)("%s", (what, method, path, sent) => expectSame(what, (origin) => send(origin, method, path, sent)));
});

test("an odd path gets the same answer by the lane and by Next's router", async () => {
  const paths = [
    "/api",
    "/api/",
    "/api?x",
    "/api/?x",
    "//api/token/",
    "/api//token/",
    "/api/token//",
    "/api/%74oken/",
    "/api/token/%",
  ];
  paths.push(
    "/api/../api/token/",
    "/api/token/..",
    "/api/token/?nxtPpath=a&nxtIpath=b&_rsc=1",
    "/api/nope/?nxtPpath=a",
    "/api/token/?",
  );
  paths.push(
    "/api/token/?a=%",
    "/api/token/?a=%00&a=b",
    "/API/token/",
    "/api/a/b/c/%F0%9F%8E%AC/",
    "/api/[[...path]]/",
    "/api/token.json",
  );
  // These paths are not below /api: Next answers them on both servers.
  const pages = new Set(["//api/token/", "/API/token/"]);
  for (const path of paths.filter((each) => !pages.has(each))) {
    for (const method of ["GET", "POST"]) await expectSame(`${method} ${path}`, (origin) => send(origin, method, path));
  }
  for (const path of pages) {
    const [byLane, byRouter] = [await send(lane, "GET", path), await send(routed.origin, "GET", path)];
    expect([byLane.status, varyOf(byLane)], path).toEqual([404, varyOf(byRouter)]);
  }
});

test("Next's internal headers change no answer, by the lane or by Next's router", async () => {
  const names = [
    "rsc",
    "next-router-state-tree",
    "next-router-prefetch",
    "next-router-segment-prefetch",
    "next-action",
    "next-url",
  ];
  names.push(
    "next-resume",
    "x-next-resume-state-length",
    "x-nextjs-data",
    "x-matched-path",
    "x-now-route-matches",
    "x-invoke-path",
  );
  names.push(
    "x-middleware-rewrite",
    "x-middleware-redirect",
    "x-middleware-skip",
    "x-middleware-next",
    "x-middleware-set-cookie",
  );
  names.push("x-middleware-override-headers", "x-middleware-subrequest", "x-middleware-prefetch", "x-prerender-revalidate");
  names.push("x-invocation-id", "purpose", "x-original-method", "x-client-address", "accept-encoding", "range", "if-none-match");
  const plain = comparable(await send(lane, "GET", "/api/user/profile/"));
  for (const name of names) {
    for (const value of ["1", "/login", "gzip"]) {
      const what = `${name}: ${value}`;
      const { byLane, byRouter } = await both((origin) =>
        send(origin, "GET", "/api/user/profile/", { headers: { [name]: value } }),
      );
      expect(byLane, what).toEqual(plain);
      expect(byRouter, what).toEqual(plain);
    }
  }
});

test("malformed requests and HTTP's special cases get the same answer by the lane and by Next's router", async () => {
  const end = "Connection: close\r\n\r\n";
  const messages = [
    "GET /api/user/profile/ HTTP/1.0\r\n\r\n",
    `GET /api/user/profile/ HTTP/1.1\r\n${end}`,
    `GET /api/user/profile/ HTTP/1.1\r\nHost: a\r\nExpect: something\r\n${end}`,
    `POST /api/token/ HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 2\r\n${end}{}`,
    `GET /api/user/profile/ HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: upgrade, close\r\n\r\n`,
    `GET /api/token/#a HTTP/1.1\r\nHost: a\r\n${end}`,
    "GIBBERISH\r\n\r\n",
    `NOPE /api/token/ HTTP/1.1\r\nHost: a\r\n${end}`,
    `GET /api/user/profile/ HTTP/1.1\r\nHost: a\r\nCookie: ${"x".repeat(20_000)}\r\n${end}`,
    `POST /api/token/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n${end}zz\r\n`,
  ];
  for (const message of messages) {
    const [byLane, byRouter] = [await exchange(lane, message), await exchange(routed.origin, message)];
    expect(byLane, message.slice(0, 60)).toMatch(/^HTTP\/1\.1 \d{3} /);
    expect(byLane.replace(/^Vary:.*\r\n/im, ""), message.slice(0, 60)).toBe(byRouter.replace(/^Vary:.*\r\n/im, ""));
  }
});

/** Sends these bytes. Resolves with all that comes back until the connection ends. */
function exchange(origin: string, message: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(message));
    let received = "";
    socket.setEncoding("latin1").on("data", (text) => {
      received += text;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(received.replace(/^(X-Request-Id|Date): .*$/gm, "$1: ANY")));
  });
}
