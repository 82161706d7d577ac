import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { newSession, send, signUp } from "#e2e/client.ts";
import { startServer, type TestServer } from "#e2e/harness.ts";
import { expectSessionCookies } from "#e2e/session-cookies.ts";

const shared = inject("origin");
const REFUSED = '{"detail":"Cross-site request refused.","code":"cross_site"}';

let secure: TestServer;

beforeAll(async () => {
  secure = await startServer({ DATABASE_URL: inject("databaseUrl"), PUBLIC_URL: "https://movies.example", WEB_CONCURRENCY: "1" });
});
afterAll(() => secure.stop());

function post(headers: Record<string, string>, origin = shared) {
  return send(origin, "POST", "/api/token/", { json: {}, headers });
}

test("a foreign site's request is refused", async () => {
  const foreign: Record<string, string>[] = [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "cross-site", origin: shared },
    { "sec-fetch-site": "nonsense" },
    { "sec-fetch-site": "" },
    { "sec-fetch-site": "\u00a0same-origin" },
    { origin: `\u00a0${shared}` },
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "" },
    { origin: `${shared}.evil.example` },
    { origin: shared.replace("http:", "https:") },
    { origin: "http://127.0.0.1" },
  ];
  for (const headers of foreign) {
    const answer = await post(headers);
    expect(answer.status, JSON.stringify(headers)).toBe(403);
    expect(answer.text).toBe(REFUSED);
  }
});

test("the site's own requests pass, and so do clients that are no browsers", async () => {
  const own: Record<string, string>[] = [
    {},
    { "sec-fetch-site": "same-origin" },
    { "sec-fetch-site": "none" },
    { "sec-fetch-site": "same-origin", origin: "https://evil.example" },
    { origin: shared },
  ];
  for (const headers of own) expect((await post(headers)).status, JSON.stringify(headers)).toBe(400);
});

test("with a public URL only its origin is the site, whatever the Host header says", async () => {
  expect((await post({ origin: "https://movies.example" }, secure.origin)).status).toBe(400);
  for (const origin of [secure.origin, "http://movies.example", "https://movies.example:8443", "https://evil.example"]) {
    expect((await post({ origin }, secure.origin)).status, origin).toBe(403);
  }
  expect((await post({ origin: "https://evil.example", host: "evil.example" }, secure.origin)).status).toBe(403);
  expect((await post({ origin: "https://evil.example", "x-forwarded-host": "evil.example" }, secure.origin)).status).toBe(403);
});

test("a foreign site's GET is not refused: only state-changing methods are", async () => {
  const { cookies } = await newSession(shared);
  const answer = await send(shared, "GET", "/api/user/profile/", { cookies, headers: { "sec-fetch-site": "cross-site" } });
  expect(answer.status).toBe(200);
});

test("a refused logout has no effect", async () => {
  const { cookies } = await newSession(shared);
  const headers = { "sec-fetch-site": "cross-site" };
  expect((await send(shared, "POST", "/api/user/logout/", { cookies, headers })).status).toBe(403);
  expect((await send(shared, "GET", "/api/user/profile/", { cookies })).status).toBe(200);
});

test("on https the cookies have the __Host- prefix and are Secure, when they are set and when they are cleared", async () => {
  const user = await signUp(secure.origin);
  const { username, password } = user;
  const login = await send(secure.origin, "POST", "/api/token/", { json: { username, password } });
  expectSessionCookies(login.setCookies, { isSecure: true });
  expect((await send(secure.origin, "GET", "/api/user/profile/", { cookies: login.cookies })).json).toEqual({ username });
  const logout = await send(secure.origin, "POST", "/api/user/logout/", { cookies: login.cookies });
  expect(logout.setCookies).toEqual([
    "__Host-access_token=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure",
    "__Host-refresh_token=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure",
  ]);
});

test("on https a cookie without the prefix, which another host could have planted, opens nothing", async () => {
  const user = await signUp(secure.origin);
  const login = await send(secure.origin, "POST", "/api/token/", { json: { username: user.username, password: user.password } });
  const planted = { access_token: login.cookies["__Host-access_token"] ?? "" };
  expect((await send(secure.origin, "GET", "/api/user/profile/", { cookies: planted })).status).toBe(401);
});
