import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { changeSession, passGrace } from "#e2e/change-session.ts";
import { logIn, newSession, type Sent, send, signUp } from "#e2e/client.ts";
import { eventNames } from "#e2e/events-of.ts";
import { claimsOf } from "#e2e/forge.ts";
import { type Query, startServer, type TestServer, withinPoll } from "#e2e/harness.ts";
import { holdingAccount } from "#e2e/held-account.ts";
import { recoveryToken, reset } from "#e2e/recovery.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

const shared = inject("origin");
const databaseUrl = inject("databaseUrl");
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

/** One worker behind a proxy that it trusts, so that tests come from whatever address they say. */
let server: TestServer;
beforeAll(async () => {
  const settings = { WEB_CONCURRENCY: "1", TRUSTED_PROXIES: "127.0.0.1" };
  server = await startServer({ DATABASE_URL: databaseUrl, AUTH_SECRET: inject("authSecret"), ...settings });
});
afterAll(() => server.stop());

type Cookies = Record<string, string>;

const list = (cookies: Cookies) => send(shared, "GET", "/api/user/sessions/", { cookies });
const end = (cookies: Cookies, id: unknown, origin = shared) => send(origin, "DELETE", `/api/user/sessions/${id}/`, { cookies });
const endOthers = (cookies: Cookies, origin = shared) => send(origin, "DELETE", "/api/user/sessions/", { cookies });
const refresh = (token = "") => send(shared, "POST", "/api/token/refresh/", { json: { refresh: token } });
const profile = (cookies: Cookies, origin = shared) => send(origin, "GET", "/api/user/profile/", { cookies });
const idOf = (token: string) => String(claimsOf(token).sid);

/** Logs in as a client of this kind and address. */
async function logInFrom(user: { username: string; password: string }, userAgent: string, address: string) {
  const headers = { "user-agent": userAgent, "x-forwarded-for": address };
  const { username, password } = user;
  const answer = await send(server.origin, "POST", "/api/token/", { headers, json: { username, password } });
  return { cookies: answer.cookies, refresh: String(answer.json.refresh) };
}

test("the list has each living session with its times, its address and its device, the latest used first, and marks this one", async () => {
  const user = await signUp(shared);
  const first = await logInFrom(user, FIREFOX, "203.0.113.7");
  const second = await logInFrom(user, SAFARI, "2001:db8:1:2:3:4:5:6");
  const answer = await list(first.cookies);
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const times = { created_at: time, last_used_at: time, expires_at: time };
  expect([answer.status, answer.json]).toEqual([
    200,
    [
      { id: idOf(second.refresh), current: false, ...times, address: "2001:db8:1:2:3:4:5:6", device: "Safari on iOS" },
      { id: idOf(first.refresh), current: true, ...times, address: "203.0.113.7", device: "Firefox on Linux" },
    ],
  ]);
  expect(Object.keys(answer.json[0])).toEqual(["id", "current", "created_at", "last_used_at", "expires_at", "address", "device"]);
  const [{ last_used_at, expires_at }] = answer.json;
  expect(Date.parse(expires_at) - Date.parse(last_used_at)).toBe(86_400_000);
});

test("a refresh makes a session the latest used, with the client's address and device of then", async () => {
  const user = await signUp(shared);
  const first = await logInFrom(user, FIREFOX, "203.0.113.7");
  await logInFrom(user, SAFARI, "203.0.113.8");
  await passGrace(databaseUrl, first.refresh);
  const headers = { "user-agent": FIREFOX, "x-forwarded-for": "198.51.100.9" };
  await send(server.origin, "POST", "/api/token/refresh/", { headers, json: { refresh: first.refresh } });
  expect((await list(first.cookies)).json.map(({ address }: { address: string }) => address)).toEqual([
    "198.51.100.9",
    "203.0.113.8",
  ]);
});

test("the list has no session that is over, and no token", async () => {
  const { user, cookies, refresh: current } = await newSession(shared);
  const [loggedOut, expired, idle] = [await logIn(shared, user), await logIn(shared, user), await logIn(shared, user)];
  await send(shared, "POST", "/api/user/logout/", { cookies: loggedOut.cookies });
  await changeSession(databaseUrl, expired.refresh, "expires_at = now()");
  await changeSession(databaseUrl, idle.refresh, "rotated_at = now() - interval '25 hours'");
  const answer = await list(cookies);
  expect(answer.json.map(({ id }: { id: string }) => id)).toEqual([idOf(current)]);
  for (const token of [current, cookies.access_token ?? ""]) expect(answer.text).not.toContain(token.split(".")[2] ?? token);
});

test("an id opens nothing by itself", async () => {
  const { refresh: token } = await newSession(shared);
  const id = idOf(token);
  const tries: Sent[] = [
    { cookies: { access_token: id } },
    { cookies: { refresh_token: id } },
    { headers: { authorization: `Bearer ${id}` } },
  ];
  for (const sent of tries) expect((await send(shared, "GET", "/api/user/sessions/", sent)).status).toBe(401);
  expect((await refresh(id)).status).toBe(401);
});

test("a session that is ended by hand is refused everywhere: its refresh token at once, its access token within a poll", async () => {
  const { user, cookies } = await newSession(shared);
  const other = await logIn(shared, user);
  const answer = await end(cookies, idOf(other.refresh));
  expect([answer.status, answer.text, answer.setCookies]).toEqual([204, "", []]);
  const refused = await refresh(other.refresh);
  expect([refused.status, refused.json.reason]).toEqual([401, "ended_elsewhere"]);
  await withinPoll(async () => (await profile(other.cookies)).status === 401);
  expect((await profile(cookies)).status).toBe(200);
});

test("the worker that ended a session refuses its access token at once", async () => {
  const { user, cookies } = await newSession(server.origin);
  const [one, two] = [await logIn(server.origin, user), await logIn(server.origin, user)];
  await end(cookies, idOf(one.refresh), server.origin);
  expect((await profile(one.cookies, server.origin)).status).toBe(401);
  await endOthers(cookies, server.origin);
  expect((await profile(two.cookies, server.origin)).status).toBe(401);
});

test("the worker that changes or resets a password refuses the access tokens of the sessions that this ended at once", async () => {
  const { user, cookies } = await newSession(server.origin);
  const other = await logIn(server.origin, user);
  const json = { current_password: user.password, new_password: "the-hidden-fortress-1958" };
  const changed = await send(server.origin, "POST", "/api/user/password/", { cookies, json });
  expect([(await profile(other.cookies, server.origin)).status, (await profile(changed.cookies, server.origin)).status]).toEqual([
    401, 200,
  ]);
  expect((await reset(server.origin, await recoveryToken(shared, user.email), "throne-of-blood-1957")).status).toBe(200);
  expect((await profile(changed.cookies, server.origin)).status).toBe(401);
});

test("a session that is over, is unknown or is another's gets 404, with and without the slash, and goes on as it was", async () => {
  const { user, cookies } = await newSession(shared);
  const [over, idle, bystander] = [await logIn(shared, user), await logIn(shared, user), await newSession(shared)];
  await end(cookies, idOf(over.refresh));
  await changeSession(databaseUrl, idle.refresh, "rotated_at = now() - interval '25 hours'");
  const ids = [over.refresh, idle.refresh, bystander.refresh].map(idOf);
  for (const id of [...ids, "unknown", "A".repeat(22), "1", "%F0%9F%8E%AC", "x".repeat(2_000), "'%20or%20true"]) {
    for (const path of [`/api/user/sessions/${id}/`, `/api/user/sessions/${id}`]) {
      const answer = await send(shared, "DELETE", path, { cookies });
      expect([answer.status, answer.text], path).toEqual([404, '{"detail":"Not found."}']);
    }
  }
  expect((await profile(bystander.cookies)).status).toBe(200);
  expect((await refresh(bystander.refresh)).status).toBe(200);
});

test("to end this session is to log out", async () => {
  const { user, cookies, refresh: token } = await newSession(shared);
  const other = await logIn(shared, user);
  const answer = await end(cookies, idOf(token));
  expect([answer.status, Object.values(answer.cookies)]).toEqual([204, ["", ""]]);
  expect((await refresh(token)).json.reason).toBe("logged_out");
  expect((await eventNames(shared, other.cookies))[0]).toBe("logout");
});

test("all other sessions are ended at once, and counted as they were listed", async () => {
  const { user, cookies } = await newSession(shared);
  const others = [await logIn(shared, user), await logIn(shared, user), await logIn(shared, user)];
  const [idle, expired] = [await logIn(shared, user), await logIn(shared, user)];
  await changeSession(databaseUrl, idle.refresh, "rotated_at = now() - interval '25 hours'");
  await changeSession(databaseUrl, expired.refresh, "expires_at = now()");
  expect((await list(cookies)).json.length).toBe(4);
  const answer = await endOthers(cookies);
  expect([answer.status, answer.text]).toEqual([200, '{"ended":3}']);
  for (const other of others) expect((await refresh(other.refresh)).json.reason).toBe("ended_elsewhere");
  // It had ended before.
  expect((await refresh(expired.refresh)).json.reason).toBe("expired");
  expect((await list(cookies)).json.length).toBe(1);
  expect((await profile(cookies)).status).toBe(200);
  expect((await endOthers(cookies)).text).toBe('{"ended":0}');
});

test("ending sessions is an event each time, and none where nothing ended", async () => {
  const { user, cookies } = await newSession(shared);
  const one = await logIn(shared, user);
  await logIn(shared, user);
  await logIn(shared, user);
  const before = await eventNames(shared, cookies);
  await end(cookies, "unknown");
  await end(cookies, idOf(one.refresh));
  await endOthers(cookies);
  await endOthers(cookies);
  expect(await eventNames(shared, cookies)).toEqual(["session_ended", "session_ended", ...before]);
});

test("without a session none is listed or ended, and another site's page ends none", async () => {
  const { cookies, refresh: token } = await newSession(shared);
  const id = idOf(token);
  expect((await list({})).status).toBe(401);
  for (const path of ["/api/user/sessions/", `/api/user/sessions/${id}/`]) {
    expect((await send(shared, "DELETE", path)).status).toBe(401);
    expect((await send(shared, "DELETE", path, { cookies, headers: { "sec-fetch-site": "cross-site" } })).status).toBe(403);
  }
  expect((await refresh(token)).status).toBe(200);
});

test("of several requests that end one session at once, one ends it", async () => {
  const { user, cookies } = await newSession(shared);
  const other = await logIn(shared, user);
  const answers = await Promise.all(Array.from({ length: 10 }, () => unlessBusy(() => end(cookies, idOf(other.refresh)))));
  expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(9).fill(404)]);
});

test.each([
  ["all other sessions", (cookies: Cookies) => endOthers(cookies)],
  ["a session", (cookies: Cookies, other: string) => end(cookies, idOf(other))],
  ["its own session, by a logout,", (cookies: Cookies) => send(shared, "POST", "/api/user/logout/", { cookies })],
])("a request that ends %s holds none of them while it waits for a change of the account", async (_what, ending) => {
  const { user, cookies } = await newSession(shared);
  const { refresh: other } = await logIn(shared, user);
  // As a change of the ways in does: it has locked the account, and now ends sessions.
  const endAll = async (query: Query) => {
    await query("set local lock_timeout = '500ms'");
    await query("select from sessions where user_id = $1 for update", [user.id]);
  };
  const answer = await holdingAccount(user.id, 1, () => ending(cookies, other), endAll);
  expect([200, 204]).toContain(answer.status);
});
