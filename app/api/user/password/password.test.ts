import { expect, inject, test } from "vitest";
import { logIn, newSession, PASSWORD, type Sent, send, signUp } from "#e2e/client.ts";
import { claimsOf } from "#e2e/forge.ts";
import { type Query, withDatabase, withinPoll } from "#e2e/harness.ts";
import { holdingAccount } from "#e2e/held-account.ts";
import { readMailAbout } from "#e2e/recovery.ts";
import { expectSessionCookies } from "#e2e/session-cookies.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

const origin = inject("origin");
const NEW_PASSWORD = "the-hidden-fortress-1958";
const WRONG = ["Your old password was entered incorrectly. Please enter it again."];

const change = (sent: Sent) => send(origin, "POST", "/api/user/password/", sent);
const login = (username: string, password: string) => send(origin, "POST", "/api/token/", { json: { username, password } });
const refresh = (cookies: Record<string, string>) => send(origin, "POST", "/api/token/refresh/", { cookies });
const profile = (cookies: Record<string, string>) => send(origin, "GET", "/api/user/profile/", { cookies });
const inDatabase = (text: string, ...values: unknown[]) => withDatabase(inject("databaseUrl"), (query) => query(text, values));
const right = { current_password: PASSWORD, new_password: NEW_PASSWORD };

test("a new password replaces the old one, and the session that set it goes on with new cookies", async () => {
  const { user, cookies } = await newSession(origin);
  const answer = await change({ json: right, cookies });
  expect([answer.status, answer.text]).toEqual([200, '{"detail":"New password has been saved."}']);
  expectSessionCookies(answer.setCookies);
  const [before, after] = [claimsOf(cookies.refresh_token ?? ""), claimsOf(answer.cookies.refresh_token ?? "")];
  expect([after.sid, after.gen]).toEqual([before.sid, Number(before.gen) + 1]);
  // An answer that was lost on its way logs nobody out: for the grace the old cookies lead to the new ones.
  expect((await refresh(cookies)).cookies).toEqual(answer.cookies);
  for (let asked = 0; asked < 6; asked += 1) expect((await profile(answer.cookies)).status).toBe(200);
  expect((await refresh(answer.cookies)).status).toBe(200);
  expect((await login(user.username, PASSWORD)).status).toBe(401);
  expect((await login(user.username, NEW_PASSWORD)).status).toBe(200);
});

test("every other session of the account ends with a new password, and no session of another account", async () => {
  const { user, cookies } = await newSession(origin);
  const others = [await logIn(origin, user), await logIn(origin, user)];
  const bystander = await newSession(origin);
  expect((await change({ json: right, cookies })).status).toBe(200);
  for (const other of others) {
    const refused = await refresh(other.cookies);
    expect([refused.status, refused.json.reason]).toEqual([401, "password_changed"]);
  }
  for (const other of others) {
    for (let asked = 0; asked < 6; asked += 1) await withinPoll(async () => (await profile(other.cookies)).status === 401);
  }
  expect((await profile(bystander.cookies)).status).toBe(200);
});

test("a client with a header instead of cookies changes its password too", async () => {
  const { user, cookies } = await newSession(origin);
  const headers = { authorization: `Bearer ${cookies.access_token}` };
  expect((await change({ json: right, headers })).status).toBe(200);
  expect((await send(origin, "GET", "/api/user/profile/", { headers })).status).toBe(200);
  expect((await login(user.username, NEW_PASSWORD)).status).toBe(200);
});

test("a change is among the account's events, is told by mail, and proves who holds the session", async () => {
  const { user, cookies } = await newSession(origin);
  await inDatabase("update sessions set authenticated_at = now() - interval '1 hour' where user_id = $1", user.id);
  const headers = { "user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0" };
  expect((await change({ json: right, cookies, headers })).status).toBe(200);
  const events = await inDatabase(
    "select event, address, device from events where user_id = $1 order by id desc limit 1",
    user.id,
  );
  expect(events).toEqual([{ event: "password_changed", address: "127.0.0.1", device: "Firefox on Windows" }]);
  const mail = await readMailAbout(user.email, "Your password was changed");
  expect(mail.text).toContain("Firefox on Windows, at the internet address 127.0.0.1");
  expect(mail.text).toContain("/forgot-password");
  const [session] = await inDatabase(
    "select now() - authenticated_at < '30 minutes' as is_proved from sessions where user_id = $1",
    user.id,
  );
  expect(session?.is_proved).toBe(true);
});

test("a wrong current password changes nothing", async () => {
  const { user, cookies } = await newSession(origin);
  const other = await logIn(origin, user);
  for (const current_password of ["wrong-password", PASSWORD.toUpperCase(), `${PASSWORD} `, NEW_PASSWORD, "x".repeat(15_000)]) {
    const answer = await change({ json: { ...right, current_password }, cookies });
    expect([answer.status, answer.json, answer.setCookies]).toEqual([400, { current_password: WRONG }, []]);
  }
  for (const each of [cookies, other.cookies]) expect((await refresh(each)).status).toBe(200);
  expect((await login(user.username, PASSWORD)).status).toBe(200);
});

test("the new password meets the rules of the signup, and every problem is in one answer", async () => {
  const { user, cookies } = await newSession(origin);
  const refused = [
    ["short", "This password is too short. It must contain at least 8 characters."],
    ["password123", "This password is too common."],
    [user.username, "The password is too similar to the username."],
    [user.email, "The password is too similar to the email address."],
    ["movieconnect", "The password is too similar to the site's name."],
    ["x".repeat(1_025), "Ensure this field has no more than 1024 bytes."],
  ];
  for (const [new_password, message] of refused) {
    const answer = await change({ json: { ...right, new_password }, cookies });
    expect(answer.status).toBe(400);
    expect(answer.json.new_password).toContain(message);
    expect(answer.json).not.toHaveProperty("current_password");
  }
  const short = ["This password is too short. It must contain at least 8 characters."];
  const both = await change({ json: { current_password: "wrong-password", new_password: "mfn" }, cookies });
  expect(both.json).toEqual({ current_password: WRONG, new_password: short });
  const required = ["This field is required."];
  const blank = ["This field may not be blank."];
  for (const [json, problems] of [
    [
      { current_password: "wrong-password", new_password: "" },
      { current_password: WRONG, new_password: blank },
    ],
    [{ current_password: "wrong-password" }, { current_password: WRONG, new_password: required }],
    [{ new_password: "mfn" }, { current_password: required, new_password: short }],
    [
      { current_password: "", new_password: "mfn" },
      { current_password: blank, new_password: short },
    ],
    [{ current_password: PASSWORD, new_password: "" }, { new_password: blank }],
  ]) {
    expect((await change({ json, cookies })).json).toEqual(problems);
  }
  expect((await change({ json: {}, cookies })).json).toEqual({ current_password: required, new_password: required });
  const mistyped = await change({ json: { current_password: null, new_password: 5 }, cookies });
  expect(mistyped.json).toEqual({ current_password: ["This field may not be null."], new_password: ["Not a valid string."] });
  expect((await login(user.username, PASSWORD)).status).toBe(200);
});

test("without a session there is no change", async () => {
  const user = await signUp(origin);
  expect((await change({ json: right })).status).toBe(401);
  expect((await login(user.username, PASSWORD)).status).toBe(200);
});

test("an account without a password sets its first after a proof, and needs no current one", async () => {
  const { user, cookies } = await newSession(origin);
  const other = await logIn(origin, user);
  await inDatabase("delete from passwords where user_id = $1", user.id);
  const json = { new_password: NEW_PASSWORD };
  await inDatabase("update sessions set authenticated_at = now() - interval '1 hour' where user_id = $1", user.id);
  const unproved = await change({ json, cookies });
  const body = { detail: "Reauthentication is required.", code: "reauthentication_required", methods: [] };
  expect([unproved.status, unproved.json]).toEqual([403, body]);
  expect(await inDatabase("select from passwords where user_id = $1", user.id)).toEqual([]);
  await inDatabase("update sessions set authenticated_at = now() where user_id = $1", user.id);
  const answer = await change({ json: { ...json, current_password: "whatever" }, cookies });
  expect(answer.status, answer.text).toBe(200);
  expect((await refresh(answer.cookies)).status).toBe(200);
  expect((await refresh(other.cookies)).json.reason).toBe("password_changed");
  expect((await login(user.username, NEW_PASSWORD)).status).toBe(200);
});

test("of two changes at once with the same current password, one is made", async () => {
  const { user, cookies } = await newSession(origin);
  const passwords = [NEW_PASSWORD, "throne-of-blood-1957"];
  // Both have found the current password right, and wait to replace it.
  const answers = await holdingAccount(user.id, 2, () =>
    Promise.all(passwords.map((new_password) => unlessBusy(() => change({ json: { ...right, new_password }, cookies })))),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  expect(answers.find(({ status }) => status === 400)?.json).toEqual({ current_password: WRONG });
  const made = passwords[answers.findIndex(({ status }) => status === 200)] ?? "";
  expect((await login(user.username, made)).status).toBe(200);
});

test("a session that ends while its change hashes changes nothing", async () => {
  const { user, cookies } = await newSession(origin);
  // The change has compared and hashed when it waits for the lock.
  const end = (query: Query) => query("update sessions set revoked_at = now() where user_id = $1", [user.id]);
  const answer = await holdingAccount(user.id, 1, () => change({ json: right, cookies }), end);
  expect([answer.status, answer.json.code]).toEqual([401, "token_not_valid"]);
  expect((await login(user.username, PASSWORD)).status).toBe(200);
  expect(await inDatabase("select from events where user_id = $1 and event = 'password_changed'", user.id)).toEqual([]);
});

test("the address of a change counts as the owner's for the new password", async () => {
  const { user, cookies } = await newSession(origin);
  expect((await change({ json: right, cookies })).status).toBe(200);
  const known = await inDatabase(
    "select address from login_addresses join passwords using (user_id) where user_id = $1 and password_changed_at = changed_at",
    user.id,
  );
  expect(known).toEqual([{ address: "127.0.0.1" }]);
});
