import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { changeSession, passGrace } from "#e2e/change-session.ts";
import { logIn, newSession, PASSWORD, send } from "#e2e/client.ts";
import { claimsOf } from "#e2e/forge.ts";
import { startServer, type TestServer } from "#e2e/harness.ts";
import { expectSessionCookies } from "#e2e/session-cookies.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

const shared = inject("origin");
const databaseUrl = inject("databaseUrl");
const EXPORT = "/api/user/account/export/";

/** One worker, with strict limits of guesses. */
let strict: TestServer;
beforeAll(async () => {
  const limits = { RATE_LIMITS: "on", RATE_LIMIT_LOGIN_ACCOUNT_ADDRESS: "3/600", REAUTHENTICATION_SECONDS: "100" };
  strict = await startServer({ DATABASE_URL: databaseUrl, AUTH_SECRET: inject("authSecret"), WEB_CONCURRENCY: "1", ...limits });
});
afterAll(() => strict.stop());

type Cookies = Record<string, string>;

const prove = (cookies: Cookies, json: unknown = { password: PASSWORD }, origin = shared) =>
  send(origin, "POST", "/api/user/reauthenticate/", { cookies, json });
const refresh = (token = "") => send(shared, "POST", "/api/token/refresh/", { cookies: { refresh_token: token } });
const exported = (cookies: Cookies, origin = shared) => send(origin, "GET", EXPORT, { cookies });
const forgetProof = (token: string, ago = "1 year") =>
  changeSession(databaseUrl, token, `authenticated_at = now() - interval '${ago}'`);

test("the right password proves who the session's holder is, and renews both cookies as a refresh does", async () => {
  const session = await newSession(shared);
  await forgetProof(session.refresh);
  expect((await exported(session.cookies)).status).toBe(403);
  const answer = await prove(session.cookies);
  expect([answer.status, answer.text]).toEqual([200, '{"detail":"Reauthenticated.","expires_in":600}']);
  expectSessionCookies(answer.setCookies);
  const [before, after] = [claimsOf(session.refresh), claimsOf(answer.cookies.refresh_token ?? "")];
  expect([after.sid, after.gen]).toEqual([before.sid, Number(before.gen) + 1]);
  expect((await exported(answer.cookies)).status).toBe(200);
});

test("a login is a proof, and a proof lasts REAUTHENTICATION_SECONDS", async () => {
  const { cookies, refresh: token } = await newSession(shared);
  expect((await exported(cookies)).status).toBe(200);
  await forgetProof(token, "540 seconds");
  expect((await exported(cookies)).status).toBe(200);
  expect((await exported(cookies, strict.origin)).status).toBe(403);
  await forgetProof(token, "601 seconds");
  expect((await exported(cookies)).status).toBe(403);
  expect((await prove(cookies, { password: PASSWORD }, strict.origin)).json.expires_in).toBe(100);
});

test.each([
  ["GET", EXPORT],
  ["DELETE", "/api/user/account/"],
])("%s %s without a proof is refused with the methods that would do, and changes nothing", async (method, path) => {
  const { cookies, refresh: token } = await newSession(shared);
  await forgetProof(token);
  const answer = await send(shared, method, path, { cookies });
  expect([answer.status, answer.text]).toEqual([
    403,
    '{"detail":"Reauthentication is required.","code":"reauthentication_required","methods":["password"]}',
  ]);
  expect(answer.setCookies).toEqual([]);
  expect((await send(shared, "GET", "/api/user/account/", { cookies })).status).toBe(200);
});

test("a refresh is no proof, and a proof holds for its own session alone", async () => {
  const one = await newSession(shared);
  const other = await logIn(shared, one.user);
  for (const { refresh: token } of [one, other]) await forgetProof(token);
  await passGrace(databaseUrl, one.refresh);
  const renewed = await refresh(one.refresh);
  expect((await exported(renewed.cookies)).status).toBe(403);
  const proved = await prove(renewed.cookies);
  expect((await exported(proved.cookies)).status).toBe(200);
  expect((await exported(other.cookies)).status).toBe(403);
});

test("a wrong password proves nothing, and sets no cookie", async () => {
  const { cookies, refresh: token } = await newSession(shared);
  await forgetProof(token);
  for (const password of ["wrong-password", `${PASSWORD} `, "x".repeat(5_000)]) {
    const answer = await prove(cookies, { password });
    expect([answer.status, answer.json, answer.setCookies]).toEqual([400, { password: ["Invalid password."] }, []]);
  }
  expect((await exported(cookies)).status).toBe(403);
});

test.each([
  [{}, "This field is required."],
  [{ password: null }, "This field may not be null."],
  [{ password: "" }, "This field may not be blank."],
  [{ password: 7 }, "Not a valid string."],
])("a body of %j gets 400", async (body, message) => {
  const { cookies } = await newSession(shared);
  const answer = await prove(cookies, body);
  expect([answer.status, answer.json]).toEqual([400, { password: [message] }]);
});

test("without a session there is nothing to prove, and another site's page proves nothing", async () => {
  expect((await prove({})).status).toBe(401);
  const { cookies } = await newSession(shared);
  const headers = { "sec-fetch-site": "cross-site" };
  const answer = await send(shared, "POST", "/api/user/reauthenticate/", { cookies, headers, json: { password: PASSWORD } });
  expect(answer.status).toBe(403);
});

test("wrong proofs and wrong logins are one count, and a right proof forgives it", async () => {
  const { user, cookies } = await newSession(strict.origin);
  const login = (password: string) => send(strict.origin, "POST", "/api/token/", { json: { username: user.username, password } });
  const wrong = () => prove(cookies, { password: "wrong-password" }, strict.origin);
  expect([(await wrong()).status, (await login("wrong-password")).status]).toEqual([400, 401]);
  expect((await prove(cookies, { password: PASSWORD }, strict.origin)).status).toBe(200);
  expect([(await wrong()).status, (await login("wrong-password")).status, (await wrong()).status]).toEqual([400, 401, 400]);
  const refused = [await prove(cookies, { password: PASSWORD }, strict.origin), await login(PASSWORD)];
  expect(refused.map(({ status }) => status)).toEqual([429, 429]);
});

test("a session that has ended proves nothing", async () => {
  const { user, cookies } = await newSession(strict.origin);
  await logIn(strict.origin, user);
  await send(strict.origin, "POST", "/api/user/logout/", { cookies });
  expect((await prove(cookies, { password: PASSWORD }, strict.origin)).status).toBe(401);
  // Another worker may not know it yet: the session is asked for again when it would be renewed.
  expect((await prove(cookies)).status).toBe(401);
  // Nor does an earlier proof count, where no worker knows it yet.
  const proved = await newSession(shared);
  await changeSession(databaseUrl, proved.refresh, "revoked_at = now()");
  expect((await exported(proved.cookies)).status).toBe(401);
});

test("the refresh token of before the proof is good for the grace, and a replay later", async () => {
  const { cookies, refresh: before } = await newSession(shared);
  const proved = await prove(cookies);
  const again = await refresh(before);
  expect([again.status, again.cookies]).toEqual([200, proved.cookies]);
  await passGrace(databaseUrl, proved.cookies.refresh_token ?? "");
  const replay = await refresh(before);
  expect([replay.status, replay.json.reason]).toEqual([401, "replayed"]);
  expect((await refresh(proved.cookies.refresh_token)).status).toBe(401);
});

test("a proof within the grace of a rotation takes none of it away: every token of the last 10 s leads to the newest", async () => {
  const { refresh: first } = await newSession(shared);
  await passGrace(databaseUrl, first);
  const rotated = await refresh(first);
  const second = rotated.cookies.refresh_token ?? "";
  const proved = await prove(rotated.cookies);
  const third = proved.cookies.refresh_token ?? "";
  expect([first, second, third].map((token) => claimsOf(token).gen)).toEqual([0, 1, 2]);
  for (const token of [first, second, third, first]) {
    const answer = await refresh(token);
    expect([answer.status, answer.cookies]).toEqual([200, proved.cookies]);
  }
  await passGrace(databaseUrl, third);
  expect((await refresh(first)).json.reason).toBe("replayed");
});

test("a token that was exchanged longer ago than the grace is a replay, also right after a proof", async () => {
  const { refresh: first } = await newSession(shared);
  await passGrace(databaseUrl, first);
  const rotated = await refresh(first);
  await passGrace(databaseUrl, rotated.cookies.refresh_token ?? "");
  expect((await prove(rotated.cookies)).status).toBe(200);
  expect((await refresh(first)).json.reason).toBe("replayed");
});

test("refreshes in a burst around a proof all go on, and lead to one session's tokens", async () => {
  const { cookies, refresh: token } = await newSession(shared);
  await passGrace(databaseUrl, token);
  const burst = () => Array.from({ length: 10 }, () => unlessBusy(() => refresh(token)));
  const answers = await Promise.all([...burst(), unlessBusy(() => prove(cookies)), ...burst()]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const latest = await Promise.all(answers.map((answer) => unlessBusy(() => refresh(answer.cookies.refresh_token))));
  expect(new Set(latest.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(latest.map((answer) => answer.cookies.refresh_token)).size).toBe(1);
});
