import { expect, inject, test } from "vitest";
import { changeSession, passGrace } from "#e2e/change-session.ts";
import { freshName, logIn, newSession, PASSWORD, send, signUp, signUpBody } from "#e2e/client.ts";
import { eventNames } from "#e2e/events-of.ts";
import { claimsOf } from "#e2e/forge.ts";
import { expectSessionCookies } from "#e2e/session-cookies.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

const origin = inject("origin");
const ACCOUNT = "/api/user/account/";

type Cookies = Record<string, string>;

const read = (cookies: Cookies) => send(origin, "GET", ACCOUNT, { cookies });
const change = (cookies: Cookies, json: unknown) => send(origin, "PATCH", ACCOUNT, { cookies, json });
const refresh = (token = "") => send(origin, "POST", "/api/token/refresh/", { cookies: { refresh_token: token } });
const nameIn = async (cookies: Cookies) => (await send(origin, "GET", "/api/user/profile/", { cookies })).json.username;

test("the account is what is known of the signed-in user, in the contract's fields", async () => {
  const { user, cookies } = await newSession(origin);
  const answer = await read(cookies);
  const { created_at } = answer.json;
  expect(answer.status).toBe(200);
  expect(answer.text).toBe(
    `{"id":${user.id},"username":"${user.username}","email":"${user.email}","email_verified":false,"age":"1990-01-02","created_at":"${created_at}",` +
      '"has_password":true,"totp":false,"recovery_codes_left":0,"passkeys":0,"providers":[]}',
  );
  expect(created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(answer.headers["cache-control"]).toBe("no-store");
});

test("without a session the account is neither told nor changed", async () => {
  for (const method of ["GET", "PATCH", "DELETE"]) expect((await send(origin, method, ACCOUNT, { json: {} })).status).toBe(401);
});

test("a new username is in this session's new cookies at once, and in another session's after its next refresh", async () => {
  const { user, cookies, refresh: token } = await newSession(origin);
  const other = await logIn(origin, user);
  const username = freshName();
  const answer = await change(cookies, { username });
  expect([answer.status, answer.json.username]).toEqual([200, username]);
  expectSessionCookies(answer.setCookies);
  // As at a refresh, the token of before is good for the grace, and a replay later.
  const again = await refresh(token);
  expect([again.status, again.cookies]).toEqual([200, answer.cookies]);
  expect(await nameIn(answer.cookies)).toBe(username);
  expect(await nameIn(other.cookies)).toBe(user.username);
  await passGrace(inject("databaseUrl"), other.refresh);
  expect(await nameIn((await refresh(other.refresh)).cookies)).toBe(username);
  expect((await read(cookies)).json).toEqual(answer.json);
  await passGrace(inject("databaseUrl"), answer.cookies.refresh_token ?? "");
  expect((await refresh(token)).json.reason).toBe("replayed");
});

test("a refresh within the grace yields the very same tokens, also if the name was changed in another session meanwhile", async () => {
  const { user, cookies } = await newSession(origin);
  const other = await logIn(origin, user);
  await passGrace(inject("databaseUrl"), other.refresh);
  const rotated = await refresh(other.refresh);
  const username = freshName();
  expect((await change(cookies, { username })).status).toBe(200);
  for (const token of [other.refresh, rotated.cookies.refresh_token ?? ""]) {
    expect((await refresh(token)).cookies).toEqual(rotated.cookies);
  }
  await passGrace(inject("databaseUrl"), rotated.cookies.refresh_token ?? "");
  expect(await nameIn((await refresh(rotated.cookies.refresh_token ?? "")).cookies)).toBe(username);
});

test("after a change of the username the new one logs in, and the old one is free", async () => {
  const { user, cookies } = await newSession(origin);
  const username = freshName();
  await change(cookies, { username });
  const old = { username: user.username, password: PASSWORD };
  expect((await send(origin, "POST", "/api/token/", { json: old })).status).toBe(401);
  await logIn(origin, { username, password: PASSWORD });
  const newcomer = { ...signUpBody(user.username), email: `${freshName()}@example.com` };
  expect((await send(origin, "POST", "/api/user/signup/", { json: newcomer })).status).toBe(201);
});

test("a change of the username is an event; what changes nothing is none, and brings no cookies", async () => {
  const { user, cookies } = await newSession(origin);
  const before = await eventNames(origin, cookies);
  for (const body of [{}, { username: user.username }, { username: ` ${user.username}\n` }, { age: "1990-01-02" }]) {
    const answer = await change(cookies, body);
    expect([answer.status, answer.json, answer.setCookies]).toEqual([200, (await read(cookies)).json, []]);
  }
  expect((await change(cookies, { age: "1991-02-03" })).json.age).toBe("1991-02-03");
  expect(await eventNames(origin, cookies)).toEqual(before);
  await change(cookies, { username: freshName(), age: "1992-03-04" });
  expect(await eventNames(origin, cookies)).toEqual(["username_changed", ...before]);
  expect((await read(cookies)).json.age).toBe("1992-03-04");
});

test("one's own name can be written in another case, which is a change", async () => {
  const { user, cookies } = await newSession(origin);
  const username = user.username.toUpperCase();
  const answer = await change(cookies, { username });
  expect([answer.status, answer.json.username, await nameIn(answer.cookies)]).toEqual([200, username, username]);
  expect((await eventNames(origin, cookies))[0]).toBe("username_changed");
});

test("a username is trimmed and normalised as at the signup", async () => {
  const { cookies } = await newSession(origin);
  const tail = freshName();
  expect((await change(cookies, { username: `  Ｚoe${tail} ` })).json.username).toBe(`Zoe${tail}`);
});

test.each([
  [{ username: "a b" }, "Enter a valid username. This value may contain only letters, numbers, and ./+/-/_ characters."],
  [
    { username: "a@example.com" },
    "Enter a valid username. This value may contain only letters, numbers, and ./+/-/_ characters.",
  ],
  [{ username: "x".repeat(151) }, "Ensure this field has no more than 150 characters."],
  [{ username: "  " }, "This field may not be blank."],
  [{ username: null }, "This field may not be null."],
  [{ username: 7 }, "Not a valid string."],
  [{ age: "2023-02-29" }, "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."],
  [{ age: "2190-01-02" }, "This date is in the future."],
  [{ age: "1800-01-02" }, "This date is too long ago."],
  [{ age: null }, "This field may not be null."],
])("%j is refused in the signup's words", async (body, message) => {
  const { cookies } = await newSession(origin);
  const before = (await read(cookies)).json;
  const answer = await change(cookies, body);
  expect([answer.status, answer.json]).toEqual([400, { [Object.keys(body)[0] ?? ""]: [message] }]);
  expect((await read(cookies)).json).toEqual(before);
});

test("another account's name is taken in whatever case, and every failing field is reported in one answer", async () => {
  const { cookies } = await newSession(origin);
  const { username } = await signUp(origin);
  const answer = await change(cookies, { username: username.toUpperCase(), age: "nope" });
  expect([answer.status, answer.json]).toEqual([
    400,
    {
      username: ["A user with that username already exists."],
      age: ["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."],
    },
  ]);
});

test("of many accounts that take one name at once, one gets it and the others are told that it is taken", async () => {
  const sessions = await Promise.all(Array.from({ length: 8 }, () => newSession(origin)));
  const username = freshName();
  const answers = await Promise.all(sessions.map(({ cookies }) => unlessBusy(() => change(cookies, { username }))));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(400)]);
  for (const { json } of answers.filter(({ status }) => status === 400))
    expect(json).toEqual({ username: ["A user with that username already exists."] });
});

test("other fields are ignored", async () => {
  const { cookies } = await newSession(origin);
  const before = (await read(cookies)).json;
  const fields = {
    id: 1,
    email: "other@example.com",
    email_verified: true,
    password: "x",
    is_active: false,
    birth_date: "2000-01-02",
  };
  const answer = await change(cookies, fields);
  expect([answer.status, answer.json, (await read(cookies)).json]).toEqual([200, before, before]);
});

test("a session that has ended changes nothing, also where a worker has not heard of its end yet", async () => {
  const { user, cookies, refresh: token } = await newSession(origin);
  await changeSession(inject("databaseUrl"), token, "revoked_at = now()");
  expect((await change(cookies, { username: freshName() })).status).toBe(401);
  expect((await read((await logIn(origin, user)).cookies)).json.username).toBe(user.username);
});

test("a new username is no proof of who holds the session", async () => {
  const { cookies, refresh: token } = await newSession(origin);
  await changeSession(inject("databaseUrl"), token, "authenticated_at = now() - interval '1 hour'");
  const renamed = await change(cookies, { username: freshName() });
  expect(renamed.status).toBe(200);
  expect((await send(origin, "GET", `${ACCOUNT}export/`, { cookies: renamed.cookies })).status).toBe(403);
});

test("a refresh at the moment of the change logs nobody out", async () => {
  const { cookies, refresh: token } = await newSession(origin);
  await passGrace(inject("databaseUrl"), token);
  const username = freshName();
  const refreshes = () => Array.from({ length: 8 }, () => unlessBusy(() => refresh(token)));
  const answers = await Promise.all([...refreshes(), unlessBusy(() => change(cookies, { username })), ...refreshes()]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const latest = await refresh(token);
  expect([latest.status, await nameIn(latest.cookies)]).toEqual([200, username]);
  expect(claimsOf(latest.cookies.refresh_token ?? "").sid).toBe(claimsOf(token).sid);
});
