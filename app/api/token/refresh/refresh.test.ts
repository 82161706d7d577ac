import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { changeSession, passGrace } from "#e2e/change-session.ts";
import { newSession, send } from "#e2e/client.ts";
import { claimsOf, mutations } from "#e2e/forge.ts";
import { eventually, startServer, type TestServer, withDatabase, withinPoll } from "#e2e/harness.ts";
import { expectSessionCookies } from "#e2e/session-cookies.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

const shared = inject("origin");
const REFRESH = "/api/token/refresh/";
const INVALID = '{"detail":"Token is invalid or expired","code":"token_not_valid"}';
/** The refusal of a token that one of our secrets signed, with the reason why its session ended. */
const ended = (reason: string) => `{"detail":"Token is invalid or expired","code":"token_not_valid","reason":"${reason}"}`;
const CLEARED = [
  "access_token=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
  "refresh_token=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
];

/** Short lifetimes, each with room for the requests of a slow machine before it ends. */
let hasty: TestServer;

beforeAll(async () => {
  const lifetimes = { ACCESS_TOKEN_LIFETIME: "6", REFRESH_TOKEN_LIFETIME: "15", SESSION_LIFETIME: "60", REFRESH_GRACE: "1" };
  hasty = await startServer({ DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), ...lifetimes });
});
afterAll(() => hasty.stop());

function byCookie(refresh: string, origin = shared) {
  return send(origin, "POST", REFRESH, { cookies: { refresh_token: refresh } });
}

function byBody(refresh: unknown, origin = shared) {
  return send(origin, "POST", REFRESH, { json: { refresh } });
}

/** Whether this is a JWT of another application: three parts in base64url, not signed by this one. */
function isForeign(token: string): boolean {
  const [header, payload, signature] = token.split(".");
  const expected = createHmac("sha256", inject("authSecret")).update(`${header}.${payload}`).digest("base64url");
  const isOurs = signature === expected && header === Buffer.from('{"alg":"HS256","typ":"JWT"}').toString("base64url");
  return /^[\w-]+\.[\w-]*\.[\w-]*$/.test(token) && !isOurs;
}

const profile = (access = "", origin = shared) =>
  send(origin, "GET", "/api/user/profile/", { cookies: { access_token: access } });
const change = (token: string, assignment: string) => changeSession(inject("databaseUrl"), token, assignment);
const makeOld = (token: string) => passGrace(inject("databaseUrl"), token);
const sleep = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

test("a refresh by cookie renews both cookies and shows no token to scripts", async () => {
  const { refresh, user } = await newSession(shared);
  await makeOld(refresh);
  const answer = await byCookie(refresh);
  expect(answer.status).toBe(200);
  expect(answer.text).toBe('{"detail":"Token refreshed."}');
  expectSessionCookies(answer.setCookies);
  expect(claimsOf(answer.cookies.refresh_token ?? "").gen).toBe(1);
  expect((await profile(answer.cookies.access_token)).json).toEqual({ username: user.username });
});

test("a refresh by body has the successor in its body, and the body's token comes before the cookie's", async () => {
  const { refresh } = await newSession(shared);
  const other = await newSession(shared);
  const answer = await send(shared, "POST", REFRESH, { json: { refresh }, cookies: { refresh_token: other.refresh } });
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.json)).toEqual(["refresh"]);
  expect(answer.json.refresh).toBe(answer.cookies.refresh_token);
  expect(claimsOf(answer.json.refresh).sid).toBe(claimsOf(refresh).sid);
});

test("a refresh with neither body nor cookie gets 401 for missing credentials", async () => {
  for (const sent of [{}, { json: {} }, { json: { other: 1 } }, { cookies: { refresh_token: "" } }]) {
    const answer = await send(shared, "POST", REFRESH, sent);
    expect(answer.status).toBe(401);
    expect(answer.text).toBe('{"detail":"Authentication credentials were not provided.","code":"not_authenticated"}');
  }
});

test("a refresh field that is blank, null or no string gets 400, whatever the cookie", async () => {
  const { refresh } = await newSession(shared);
  const bad = [
    ["", "This field may not be blank."],
    [null, "This field may not be null."],
    [5, "Not a valid string."],
    [["a"], "Not a valid string."],
  ];
  for (const [value, message] of bad) {
    const answer = await send(shared, "POST", REFRESH, { json: { refresh: value }, cookies: { refresh_token: refresh } });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ refresh: [message] });
  }
  expect((await byCookie(refresh)).status).toBe(200);
});

test("an access token in the refresh token's place has the wrong type", async () => {
  const { cookies } = await newSession(shared);
  for (const answer of [await byCookie(cookies.access_token ?? ""), await byBody(cookies.access_token)]) {
    expect(answer.status).toBe(401);
    expect(answer.text).toBe('{"detail":"Token has wrong type","code":"token_not_valid"}');
  }
});

test("no mutation of a valid token refreshes, and its cookies are cleared unless they are another application's", async () => {
  const { refresh } = await newSession(shared);
  for (const [name, mutant] of Object.entries(mutations(refresh, inject("authSecret")))) {
    const [body, cookie] = [await byBody(mutant), await byCookie(mutant)];
    const text = name === "an expired token" ? ended("expired") : INVALID;
    for (const answer of [body, cookie]) expect([answer.status, answer.text], name).toEqual([401, text]);
    expect(body.setCookies, name).toEqual(CLEARED);
    expect(cookie.setCookies, name).toEqual(isForeign(mutant) ? [] : CLEARED);
  }
  expect((await byCookie(refresh)).status).toBe(200);
});

test("50 parallel refreshes of one token all get the same successor", async () => {
  const { refresh } = await newSession(shared);
  await makeOld(refresh);
  const answers = await Promise.all(Array.from({ length: 50 }, () => unlessBusy(() => byCookie(refresh))));
  expect(answers[0]?.cookies.refresh_token).not.toBe(refresh);
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
  expect(new Set(answers.map((answer) => answer.cookies.refresh_token)).size).toBe(1);
  expect(new Set(answers.map((answer) => answer.cookies.access_token)).size).toBe(1);
  expect((await byCookie(answers[0]?.cookies.refresh_token ?? "")).status).toBe(200);
});

test("a token that was exchanged within the grace yields the very same successors again", async () => {
  const { refresh } = await newSession(shared);
  await makeOld(refresh);
  const [first, second] = [await byCookie(refresh), await byBody(refresh)];
  expect(first.cookies.refresh_token).not.toBe(refresh);
  expect(second.cookies).toEqual(first.cookies);
  expect(second.json.refresh).toBe(first.cookies.refresh_token);
});

test("a token that was just issued, by a login or a rotation, is answered with itself and its own access token", async () => {
  const { refresh, cookies } = await newSession(shared);
  const [first, second] = [await byCookie(refresh), await byBody(refresh)];
  expect(first.cookies).toEqual(cookies);
  expect(second.json.refresh).toBe(refresh);
  await makeOld(refresh);
  const rotated = await byCookie(refresh);
  expect(rotated.cookies.refresh_token).not.toBe(refresh);
  expect((await byCookie(rotated.cookies.refresh_token ?? "")).cookies).toEqual(rotated.cookies);
});

test("every token that was current within the grace leads to the current one, in whatever order they refresh", async () => {
  const { refresh } = await newSession(shared);
  await makeOld(refresh);
  const current = await byCookie(refresh);
  const successor = current.cookies.refresh_token ?? "";
  for (const presented of [successor, refresh, successor, successor, refresh, refresh]) {
    const answer = await byCookie(presented);
    expect(answer.status).toBe(200);
    expect(answer.cookies).toEqual(current.cookies);
  }
});

test("a token two generations old ends the session", async () => {
  const { refresh } = await newSession(shared);
  await makeOld(refresh);
  const first = (await byCookie(refresh)).cookies.refresh_token ?? "";
  await makeOld(first);
  const second = await byCookie(first);
  const replay = await byCookie(refresh);
  expect(replay.status).toBe(401);
  expect(replay.text).toBe(ended("replayed"));
  expect(replay.setCookies).toEqual(CLEARED);
  expect((await byCookie(second.cookies.refresh_token ?? "")).status).toBe(401);
  await eventually(async () => (await profile(second.cookies.access_token)).status === 401);
});

test("a token that is ahead of its session, whose database went back in time, is renewed and logs nobody out", async () => {
  const { refresh } = await newSession(shared);
  let latest = refresh;
  for (let generation = 1; generation <= 3; generation += 1) {
    await makeOld(latest);
    latest = (await byCookie(latest)).cookies.refresh_token ?? "";
  }
  let resumed: Record<string, string> = {};
  // Ten rounds, so that parallel requests meet at different moments.
  for (let round = 0; round < 10; round += 1) {
    // The row as a backup of an hour ago has it.
    await change(refresh, "generation = 0, rotated_at = now() - interval '1 hour'");
    const answers = await Promise.all(Array.from({ length: 10 }, () => unlessBusy(() => byCookie(latest))));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(answers.map(({ cookies }) => cookies.refresh_token)).size).toBe(1);
    resumed = answers[0]?.cookies ?? {};
  }
  expect((await profile(resumed.access_token)).status).toBe(200);
  await makeOld(resumed.refresh_token ?? "");
  expect((await byCookie(resumed.refresh_token ?? "")).status).toBe(200);
});

test("after the database's clock was set back, the last rotation neither bars the next one nor logs out", async () => {
  const { refresh } = await newSession(shared);
  await change(refresh, "rotated_at = now() + interval '1 day'");
  const first = await byCookie(refresh);
  expect(claimsOf(first.cookies.refresh_token ?? "").gen).toBe(1);
  await change(refresh, "rotated_at = now() + interval '1 day'");
  expect((await byCookie(refresh)).status).toBe(200);
});

test("a token that was exchanged longer ago than the grace is a replay and ends the session", async () => {
  const { refresh } = await newSession(shared);
  await makeOld(refresh);
  const successor = (await byCookie(refresh)).cookies.refresh_token ?? "";
  expect((await byCookie(refresh)).status).toBe(200);
  await makeOld(successor);
  expect((await byCookie(refresh)).status).toBe(401);
  expect((await byCookie(successor)).status).toBe(401);
});

// These wait at the same time.
test.concurrent("an expired access token is refused, and renewed by a refresh", async () => {
  const { refresh, cookies } = await newSession(hasty.origin);
  await sleep(7);
  const expired = await profile(cookies.access_token, hasty.origin);
  expect(expired.status).toBe(401);
  expect(expired.json.code).toBe("token_not_valid");
  const renewed = await byCookie(refresh, hasty.origin);
  expect((await profile(renewed.cookies.access_token, hasty.origin)).status).toBe(200);
});

test.concurrent("a token that was issued with a longer lifetime expires by the configured one", async () => {
  const { refresh, cookies } = await newSession(shared);
  expect((await profile(cookies.access_token, hasty.origin)).status).toBe(200);
  await sleep(7);
  expect((await profile(cookies.access_token, hasty.origin)).status).toBe(401);
  expect((await profile(cookies.access_token)).status).toBe(200);
  await sleep(9);
  const late = await byCookie(refresh, hasty.origin);
  expect([late.status, late.setCookies]).toEqual([401, CLEARED]);
  expect((await byCookie(refresh)).status).toBe(200);
});

test.concurrent("an idle session's refresh token expires", async () => {
  const { refresh } = await newSession(hasty.origin);
  await sleep(16);
  const answer = await byCookie(refresh, hasty.origin);
  expect(answer.text).toBe(ended("expired"));
  expect(answer.setCookies).toEqual(CLEARED);
});

test("no token outlives its session, however often it is refreshed", async () => {
  const { refresh } = await newSession(hasty.origin);
  let end = Number(claimsOf(refresh).iat) + 60;
  let latest = refresh;
  // In place of a wait the session's end comes nearer.
  for (const seconds of [50, 1]) {
    await change(latest, `expires_at = expires_at - interval '${seconds} seconds'`);
    end -= seconds;
    await makeOld(latest);
    const renewed = await byCookie(latest, hasty.origin);
    expect([renewed.status, renewed.cookies.refresh_token === latest]).toEqual([200, false]);
    latest = renewed.cookies.refresh_token ?? "";
    const { iat, exp } = claimsOf(latest);
    expect(Number(exp)).toBeLessThanOrEqual(end);
    const [, left] = /refresh_token=.*Max-Age=(\d+)/.exec(renewed.setCookies[1] ?? "") ?? [];
    expect(Number(left)).toBeLessThanOrEqual(Number(exp) - Number(iat));
  }
  await change(latest, "expires_at = now()");
  expect((await byCookie(latest, hasty.origin)).status).toBe(401);
});

test("a disabled user's sessions end: refresh at once, access within a poll", async () => {
  const { refresh, cookies, user } = await newSession(shared);
  await withDatabase(inject("databaseUrl"), (query) => query("update users set is_active = false where id = $1", [user.id]));
  expect((await byCookie(refresh)).text).toBe(ended("account_disabled"));
  await withinPoll(async () => (await profile(cookies.access_token)).status === 401);
});

test("a deleted user's sessions end: refresh at once, access within a poll", async () => {
  const { refresh, cookies, user } = await newSession(shared);
  await withDatabase(inject("databaseUrl"), (query) => query("delete from users where id = $1", [user.id]));
  expect((await byCookie(refresh)).text).toBe(INVALID);
  await withinPoll(async () => (await profile(cookies.access_token)).status === 401);
});

test("the database holds no token and no hash of one", async () => {
  const { refresh, cookies } = await newSession(shared);
  const dump = await withDatabase(inject("databaseUrl"), async (query) => {
    const tables = await query("select table_name as name from information_schema.tables where table_schema = 'public'");
    const rows: unknown[] = [];
    for (const { name } of tables) rows.push(await query(`select to_jsonb(t) as row from "${name}" t`));
    return JSON.stringify(rows);
  });
  const { createHash } = await import("node:crypto");
  for (const token of [refresh, cookies.access_token ?? ""]) {
    const signature = token.split(".")[2] ?? "";
    const hashes = (["hex", "base64", "base64url"] as const).map((form) => createHash("sha256").update(token).digest(form));
    for (const trace of [token, signature, ...hashes, String(claimsOf(token).jti)]) expect(dump).not.toContain(trace);
  }
});
