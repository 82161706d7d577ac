import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { freshName, newSession, send } from "#e2e/client.ts";
import { claimsOf } from "#e2e/forge.ts";
import { eventually, startServer, type TestServer } from "#e2e/harness.ts";
import { startWithProviders, type WithProviders } from "#e2e/providers/start-with-providers.ts";
import { endOf, newVisitor, postForm, sessionCookiesOf, signUpAt } from "#e2e/providers/visitor.ts";

// What Auth.js' own client asks, and nothing else.

/** Of `hasty`: some time for a slow machine's requests. */
const ACCESS_SECONDS = 5;

let running: WithProviders;
let hasty: TestServer;
let origin = "";
beforeAll(async () => {
  const settings = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret") };
  const lifetime = { ACCESS_TOKEN_LIFETIME: String(ACCESS_SECONDS), WEB_CONCURRENCY: "1" };
  [running, hasty] = await Promise.all([startWithProviders(settings), startServer({ ...settings, ...lifetime })]);
  origin = running.origin;
});
afterAll(() => Promise.all([running?.stop(), hasty?.stop()]));

const expiryOf = (token = "") => Number(claimsOf(token).exp);

test("GET session is null for a visitor, and sets no cookie", async () => {
  const answer = await newVisitor(origin).send("GET", "/api/auth/session");
  expect([answer.status, answer.json, answer.setCookies]).toEqual([200, null, []]);
  expect(answer.headers["cache-control"]).toMatch(/no-store/);
});

test.each(["a password", "a provider"])(
  "GET session names the user after a login by %s, until its access token expires",
  async (door) => {
    const name = freshName();
    const { cookies, username } =
      door === "a password"
        ? await newSession(origin).then(({ cookies, user }) => ({ cookies, username: user.username }))
        : await signUpAt(newVisitor(origin), "oidc", name).then(({ cookies }) => ({ cookies, username: name }));
    const { status, json, setCookies } = await newVisitor(origin, cookies).send("GET", "/api/auth/session");
    expect([status, setCookies]).toEqual([200, []]);
    const { user_id, exp } = claimsOf(cookies.access_token ?? "");
    expect(json).toEqual({ user: { id: String(user_id), name: username }, expires: new Date(Number(exp) * 1_000).toISOString() });
  },
);

test("a session that is polled beyond its access token's life goes on with new tokens, each of which ends at its own time", async () => {
  const { cookies } = await newSession(hasty.origin);
  const visitor = newVisitor(hasty.origin, cookies);
  const tokens = new Map([[visitor.cookies.access_token, expiryOf(visitor.cookies.access_token)]]);
  await eventually(async () => {
    const token = visitor.cookies.access_token;
    const { json, cookies: set } = await visitor.send("GET", "/api/auth/session");
    const current = visitor.cookies.access_token;
    expect(Date.parse(json.expires)).toBe(expiryOf(current) * 1_000);
    // Either nothing is set, or a new pair.
    expect([0, 2]).toContain(Object.keys(set).length);
    if (current === token) expect(set).toEqual({});
    tokens.set(current, expiryOf(current));
    return tokens.size === 3;
  });
  for (const [token = "", expiry] of tokens) {
    const { iat, exp } = claimsOf(token);
    expect([Number(exp) - Number(iat), expiry]).toEqual([ACCESS_SECONDS, exp]);
  }
  expect(new Set(tokens.values()).size).toBe(3);
  const [first = ""] = tokens.keys();
  expect((await send(hasty.origin, "GET", "/api/auth/session", { cookies: { access_token: first ?? "" } })).json).toBeNull();
});

test("POST session is a read: with a CSRF token or without one it says what GET says, and changes nothing", async () => {
  const { cookies } = await newSession(origin);
  const visitor = newVisitor(origin, cookies);
  const { json } = await visitor.send("GET", "/api/auth/session");
  const { csrfToken } = (await visitor.send("GET", "/api/auth/csrf")).json;
  const data = { user: { name: "another", id: "1" }, expires: "2999-01-01T00:00:00.000Z" };
  for (const sent of [{}, { json: {} }, { json: { csrfToken: "x", data } }, { json: { csrfToken, data } }]) {
    const answer = await visitor.send("POST", "/api/auth/session", sent);
    expect([answer.status, answer.json, answer.setCookies]).toEqual([200, json, []]);
  }
});

test("without the refresh cookie a session ends with its access token, however often it is asked for", async () => {
  const { cookies } = await newSession(hasty.origin);
  const visitor = newVisitor(hasty.origin, { access_token: cookies.access_token ?? "" });
  let last = (await visitor.send("GET", "/api/auth/session")).json;
  expect(last).not.toBeNull();
  await eventually(async () => {
    const answer = await visitor.send("GET", "/api/auth/session");
    expect(sessionCookiesOf(answer)).toEqual([]);
    last = answer.json;
    return last === null;
  });
});

test("GET session of a session that has ended clears its cookies", async () => {
  const { cookies } = await newSession(origin);
  await send(origin, "POST", "/api/user/logout/", { cookies });
  const answer = await newVisitor(origin, { refresh_token: cookies.refresh_token ?? "" }).send("GET", "/api/auth/session");
  expect([answer.json, answer.cookies]).toEqual([null, { access_token: "", refresh_token: "" }]);
});

test.each(["access_token", "refresh_token"])(
  "POST signout with the %s alone ends the session and clears both cookies",
  async (which) => {
    const { cookies } = await newSession(origin);
    const answer = await postForm(newVisitor(origin, { [which]: cookies[which] ?? "" }), "/api/auth/signout", {
      callbackUrl: "/login",
    });
    expect([answer.status, answer.cookies.access_token, answer.cookies.refresh_token]).toEqual([200, "", ""]);
    expect(new URL(answer.json.url, origin).pathname).toBe("/login");
    const old = await send(origin, "POST", "/api/token/refresh/", { cookies: { refresh_token: cookies.refresh_token ?? "" } });
    expect([old.status, old.json.reason]).toEqual([401, "logged_out"]);
  },
);

test("POST signout and signin without the CSRF token do nothing", async () => {
  const { cookies } = await newSession(origin);
  const headers = { "content-type": "application/x-www-form-urlencoded", "x-auth-return-redirect": "1" };
  for (const body of ["", "csrfToken=chosen"]) {
    for (const path of ["/api/auth/signout", "/api/auth/signin/oidc"]) {
      const answer = await send(origin, "POST", path, { cookies, headers, body });
      expect(sessionCookiesOf(answer)).toEqual([]);
      expect(Object.keys(answer.cookies)).not.toContain("provider_flow");
      expect(answer.text).not.toContain(running.oidc.issuer);
    }
  }
  expect((await send(origin, "POST", "/api/token/refresh/", { cookies })).status).toBe(200);
});

test("a foreign site can begin no sign-in and end no session", async () => {
  const { cookies } = await newSession(origin);
  const visitor = newVisitor(origin, cookies);
  const { csrfToken } = (await visitor.send("GET", "/api/auth/csrf")).json;
  const body = new URLSearchParams({ csrfToken }).toString();
  for (const foreign of [{ origin: "https://evil.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }]) {
    const headers = { "content-type": "application/x-www-form-urlencoded", ...foreign };
    for (const path of ["/api/auth/signout", "/api/auth/signin/oidc"]) {
      const answer = await visitor.send("POST", path, { headers, body });
      expect([path, answer.status, answer.json.code]).toEqual([path, 403, "cross_site"]);
    }
  }
  expect((await visitor.send("POST", "/api/token/refresh/")).status).toBe(200);
});

test("GET providers names those that are on, and sets no cookie", async () => {
  const { status, json, setCookies } = await newVisitor(origin).send("GET", "/api/auth/providers");
  expect([status, setCookies]).toEqual([200, []]);
  expect(json).toEqual({
    github: expect.objectContaining({ id: "github", name: "GitHub", callbackUrl: `${origin}/api/auth/callback/github` }),
    oidc: expect.objectContaining({ id: "oidc", name: "single sign-on", callbackUrl: `${origin}/api/auth/callback/oidc` }),
  });
  expect(JSON.stringify(json)).not.toContain(running.oidc.variables.AUTH_OIDC_SECRET);
});

const NOT_FOUND = [
  ["GET", "/api/auth"],
  ["GET", "/api/auth/verify-request"],
  ["GET", "/api/auth/webauthn-options/oidc"],
  ["POST", "/api/auth/webauthn-options/oidc"],
  ["GET", "/api/auth/callback"],
  ["GET", "/api/auth/callback/google"],
  ["GET", "/api/auth/callback/credentials"],
  ["POST", "/api/auth/signin/google"],
  ["POST", "/api/auth/signin/email"],
  ["GET", "/api/auth/session/more"],
  ["GET", "/api/auth/nothing"],
  ["GET", "/api/auth/__proto__"],
  ["POST", "/api/auth/signin/__proto__"],
  ["POST", "/api/auth/signin/constructor"],
  ["GET", "/api/auth/callback/toString"],
];

test.each(NOT_FOUND)("%s %s is 404 in the words of the API", async (method, path) => {
  const answer = await newVisitor(origin).send(method, path);
  expect([answer.status, answer.json]).toEqual([404, { detail: "Not found." }]);
  expect(answer.setCookies).toEqual([]);
});

const NOT_ALLOWED = [
  ["GET", "/api/auth/signout"],
  ["POST", "/api/auth/csrf"],
  ["POST", "/api/auth/providers"],
  ["POST", "/api/auth/callback/oidc"],
  ["POST", "/api/auth/callback/credentials"],
  ["POST", "/api/auth/error"],
  ["PUT", "/api/auth/session"],
  ["PATCH", "/api/auth/session"],
  ["DELETE", "/api/auth/session"],
  ["DELETE", "/api/auth/signout"],
];

test.each(NOT_ALLOWED)("%s %s is 405 in the words of the API", async (method, path) => {
  const answer = await newVisitor(origin).send(method, path);
  expect([answer.status, answer.json]).toEqual([405, { detail: `Method "${method}" not allowed.` }]);
  expect(answer.headers.allow).toBeTruthy();
  expect(answer.setCookies).toEqual([]);
});

test("the error page of Auth.js is ours, and repeats nothing of its query", async () => {
  const answer = await newVisitor(origin).send("GET", "/api/auth/error?error=%3Cscript%3E");
  expect(answer.status).toBe(302);
  expect(endOf(answer).path).toBe("/login");
  expect(answer.headers.location).not.toMatch(/script/);
});

test("a foreign session cookie, in any form, is no session, and no line of the log has a stack for it", async () => {
  const before = running.server.output().length;
  const ids: string[] = [];
  for (const value of ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "e30.e30.e30.e30.e30"]) {
    const answer = await newVisitor(origin, { access_token: value }).send("GET", "/api/auth/session");
    expect([answer.status, answer.json]).toEqual([200, null]);
    expect(sessionCookiesOf(answer)).toEqual([]);
    ids.push(String(answer.headers["x-request-id"]));
  }
  const log = () => running.server.output().slice(before);
  await eventually(() => ids.every((id) => log().includes(id)));
  expect(log()).not.toMatch(/\[auth\]|JWTSessionError/);
  // The worker may have lines of its own meanwhile, as about a slow database.
  const lines = log()
    .split("\n")
    .filter((line) => ids.some((id) => line.includes(id)));
  expect(lines.join("\n")).not.toMatch(/"stack"/);
});
