import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { passGrace } from "#e2e/change-session.ts";
import { logIn, newSession, type Sent, send } from "#e2e/client.ts";
import { startServer, type TestServer, withinPoll } from "#e2e/harness.ts";

const shared = inject("origin");
const CLEARED = [
  "access_token=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
  "refresh_token=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
];

/** One worker, so that every request reaches the one that logged out. Access tokens live for a second. */
let single: TestServer;

beforeAll(async () => {
  const settings = { WEB_CONCURRENCY: "1", ACCESS_TOKEN_LIFETIME: "1", REFRESH_GRACE: "1" };
  single = await startServer({ DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), ...settings });
});
afterAll(() => single.stop());

function logOut(cookies: Record<string, string>, headers: Record<string, string> = {}, origin = shared) {
  return send(origin, "POST", "/api/user/logout/", { cookies, headers });
}

const logOutByBody = (json: unknown, sent: Sent = {}) => send(shared, "POST", "/api/user/logout/", { ...sent, json });
const refreshWith = (refresh = "", origin = shared) =>
  send(origin, "POST", "/api/token/refresh/", { cookies: { refresh_token: refresh } });
const profileWith = (access = "", origin = shared) =>
  send(origin, "GET", "/api/user/profile/", { cookies: { access_token: access } });
const sleep = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

test("a logout ends the session and clears both cookies with their own attributes", async () => {
  const { cookies } = await newSession(shared);
  const answer = await logOut(cookies);
  expect(answer.status).toBe(200);
  expect(answer.text).toBe('{"detail":"Successfully logged out."}');
  expect(answer.setCookies).toEqual(CLEARED);
  expect((await refreshWith(cookies.refresh_token)).status).toBe(401);
  await withinPoll(async () => (await profileWith(cookies.access_token)).status === 401);
});

test("on the worker that logged out, access and refresh are refused at once", async () => {
  const { cookies } = await newSession(single.origin);
  expect((await logOut(cookies, {}, single.origin)).status).toBe(200);
  expect((await profileWith(cookies.access_token, single.origin)).status).toBe(401);
  expect((await refreshWith(cookies.refresh_token, single.origin)).status).toBe(401);
});

test("a logout ends one session, and the user's others go on", async () => {
  const { user, cookies } = await newSession(shared);
  const other = await logIn(shared, user);
  await logOut(cookies);
  expect((await profileWith(other.cookies.access_token)).status).toBe(200);
  expect((await refreshWith(other.refresh)).status).toBe(200);
});

test("a bearer token logs out too", async () => {
  const { cookies } = await newSession(shared);
  const answer = await logOut({}, { authorization: `Bearer ${cookies.access_token}` });
  expect(answer.status).toBe(200);
  expect((await refreshWith(cookies.refresh_token)).status).toBe(401);
});

test("where the access token is absent, broken or expired, a good refresh cookie logs out", async () => {
  const absent = await newSession(shared);
  const broken = await newSession(shared);
  const misnamed = await newSession(shared);
  const expired = await newSession(single.origin);
  await sleep(1.5);
  const attempts = [
    [await logOut({ refresh_token: absent.refresh }), absent.refresh],
    [await logOut({ access_token: "nope", refresh_token: broken.refresh }), broken.refresh],
    [await logOut({ refresh_token: misnamed.refresh }, { authorization: "Bearer a b" }), misnamed.refresh],
    [await logOut(expired.cookies, {}, single.origin), expired.refresh],
  ] as const;
  for (const [answer, refresh] of attempts) {
    expect(answer.status).toBe(200);
    expect(answer.setCookies).toEqual(CLEARED);
    expect((await refreshWith(refresh)).status).toBe(401);
  }
});

test("a refresh cookie that was exchanged a moment ago still logs out", async () => {
  const { refresh } = await newSession(shared);
  await passGrace(inject("databaseUrl"), refresh);
  const renewed = await refreshWith(refresh);
  expect(renewed.cookies.refresh_token).not.toBe(refresh);
  expect((await logOut({ refresh_token: refresh })).status).toBe(200);
  expect((await refreshWith(renewed.cookies.refresh_token)).status).toBe(401);
});

test("a replayed refresh cookie does not log out, but ends its session", async () => {
  const { refresh } = await newSession(single.origin);
  await passGrace(inject("databaseUrl"), refresh);
  const renewed = await refreshWith(refresh, single.origin);
  await passGrace(inject("databaseUrl"), renewed.cookies.refresh_token ?? "");
  expect((await logOut({ refresh_token: refresh }, {}, single.origin)).status).toBe(401);
  expect((await refreshWith(renewed.cookies.refresh_token, single.origin)).status).toBe(401);
});

test("a logout without a valid token gets 401 as on every protected endpoint, and dead cookies are cleared", async () => {
  const { cookies } = await newSession(shared);
  await logOut(cookies);
  const none = await logOut({});
  expect(none.status).toBe(401);
  expect(none.text).toBe('{"detail":"Authentication credentials were not provided."}');
  for (const dead of [{ access_token: "nope", refresh_token: "nope" }, { refresh_token: cookies.refresh_token ?? "" }]) {
    const answer = await logOut(dead);
    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).toBe('Bearer realm="api"');
    expect(answer.setCookies).toEqual(CLEARED);
  }
});

test("a client without cookies logs out with the refresh token in the body, alone or beside an access token", async () => {
  const { cookies, refresh } = await newSession(shared);
  const answer = await logOutByBody({ refresh, all: true });
  expect([answer.status, answer.text]).toEqual([200, '{"detail":"Successfully logged out."}']);
  expect(answer.setCookies).toEqual(CLEARED);
  expect((await refreshWith(refresh)).status).toBe(401);
  await withinPoll(async () => (await profileWith(cookies.access_token)).status === 401);
  // As the clients of simplejwt and dj-rest-auth do it.
  const both = await newSession(shared);
  const headers = { authorization: `Bearer ${both.cookies.access_token}` };
  expect((await logOutByBody({ refresh: both.refresh }, { headers })).status).toBe(200);
  expect((await refreshWith(both.refresh)).status).toBe(401);
});

test("a refresh token in the body logs out where neither access token nor cookies verify, whatever is wrong with them", async () => {
  const over = await newSession(shared);
  await logOut(over.cookies);
  const dead: Sent[] = [
    { headers: { authorization: "Bearer nope" } },
    { headers: { authorization: "Bearer a b" } },
    { headers: { authorization: "Bearer null" } },
    // Another worker may not know yet that the access token has ended; a refresh token is refused at once everywhere.
    { cookies: { refresh_token: over.refresh } },
    { cookies: { access_token: "nope", refresh_token: over.refresh } },
    { cookies: { access_token: "nope", refresh_token: "nope" } },
  ];
  for (const sent of dead) {
    const { refresh } = await newSession(shared);
    expect((await logOutByBody({ refresh }, sent)).status, JSON.stringify(sent)).toBe(200);
    expect((await refreshWith(refresh)).status).toBe(401);
  }
});

test("of several sessions' tokens a logout takes the access token's, else the refresh cookie's, and the body's only alone", async () => {
  const other = await newSession(shared);
  const byAccess = await newSession(shared);
  const byCookie = await newSession(shared);
  const byHeader = await newSession(shared);
  const headers = { authorization: `Bearer ${byHeader.cookies.access_token}` };
  const sent: [Sent, string][] = [
    [{ cookies: byAccess.cookies }, byAccess.refresh],
    [{ cookies: { refresh_token: byCookie.refresh } }, byCookie.refresh],
    [{ headers }, byHeader.refresh],
  ];
  for (const [credentials, refresh] of sent) {
    expect((await logOutByBody({ refresh: other.refresh }, credentials)).status).toBe(200);
    expect((await refreshWith(refresh)).status).toBe(401);
  }
  expect((await refreshWith(other.refresh)).status).toBe(200);
});

test("a refresh token in the body that a refresh would refuse ends no session and gets 401 as on every protected endpoint", async () => {
  const over = await newSession(shared);
  await logOut(over.cookies);
  const living = await newSession(shared);
  for (const refresh of ["nope", over.refresh, living.cookies.access_token]) {
    const answer = await logOutByBody({ refresh });
    expect(answer.status, refresh).toBe(401);
    expect(answer.json).toEqual({ detail: "Authentication credentials were not provided." });
    expect(answer.headers["www-authenticate"]).toBe('Bearer realm="api"');
  }
  expect((await profileWith(living.cookies.access_token)).status).toBe(200);
});

test("a replayed refresh token in the body does not log out, but ends its session", async () => {
  const { refresh } = await newSession(single.origin);
  await passGrace(inject("databaseUrl"), refresh);
  const renewed = await refreshWith(refresh, single.origin);
  await passGrace(inject("databaseUrl"), renewed.cookies.refresh_token ?? "");
  expect((await send(single.origin, "POST", "/api/user/logout/", { json: { refresh } })).status).toBe(401);
  expect((await refreshWith(renewed.cookies.refresh_token, single.origin)).status).toBe(401);
});

test.each([
  ["", "This field may not be blank."],
  [null, "This field may not be null."],
  [5, "Not a valid string."],
  [["a.b.c"], "Not a valid string."],
  ["a\0b", "Null characters are not allowed."],
])("a refresh field of %j gets the 400 of a refresh, signed in or not, and ends no session", async (refresh, message) => {
  const { cookies } = await newSession(shared);
  for (const sent of [{ cookies }, {}]) {
    const answer = await logOutByBody({ refresh }, sent);
    expect([answer.status, answer.json]).toEqual([400, { refresh: [message] }]);
  }
  expect((await profileWith(cookies.access_token)).status).toBe(200);
});

test("a body that can't be read is refused as everywhere, after the 401 where there is no session", async () => {
  const { cookies } = await newSession(shared);
  const bodies: [status: number, sent: Sent][] = [
    [415, { headers: { "content-type": "text/plain" }, body: "x" }],
    [413, { headers: { "content-type": "application/json" }, body: "x".repeat(20_000) }],
    [400, { headers: { "content-type": "application/json" }, body: "{" }],
    [400, { json: [] }],
  ];
  for (const [status, sent] of bodies) {
    expect((await send(shared, "POST", "/api/user/logout/", { ...sent, cookies })).status).toBe(status);
    expect((await send(shared, "POST", "/api/user/logout/", sent)).status).toBe(401);
  }
  expect((await profileWith(cookies.access_token)).status).toBe(200);
  const empty = { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "", cookies };
  expect((await send(shared, "POST", "/api/user/logout/", empty)).status).toBe(200);
});

test("another site's page cannot log a user out by a body either", async () => {
  const { refresh } = await newSession(shared);
  expect((await logOutByBody({ refresh }, { headers: { "sec-fetch-site": "cross-site" } })).status).toBe(403);
  expect((await refreshWith(refresh)).status).toBe(200);
});

test("a session that has ended cannot be logged out again", async () => {
  const { cookies } = await newSession(single.origin);
  await logOut(cookies, {}, single.origin);
  const again = await logOut(cookies, {}, single.origin);
  expect(again.status).toBe(401);
  expect(again.json.code).toBe("token_not_valid");
});
