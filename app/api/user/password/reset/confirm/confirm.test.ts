import { expect, inject, test } from "vitest";
import { codeAt } from "#e2e/authenticator-app.ts";
import { freshName, logIn, newSession, PASSWORD, send, signUp, signUpBody } from "#e2e/client.ts";
import { askedForEmail, confirmEmail, freshEmail, undoEmailChange } from "#e2e/email-changes.ts";
import { claimsOf, linkKey, mutations, sign } from "#e2e/forge.ts";
import { eventually, withDatabase } from "#e2e/harness.ts";
import { holdingAccount } from "#e2e/held-account.ts";
import { onOwnServer } from "#e2e/own-server.ts";
import { readMailAbout, recoveryToken, reset } from "#e2e/recovery.ts";
import { answerChallenge, factorsOf, insertPasskey, newGuarded } from "#e2e/second-factor.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

const origin = inject("origin");
const secret = inject("authSecret");
const NEW_PASSWORD = "the-hidden-fortress-1958";
const DONE = '{"detail":"Password has been reset with the new password."}';
const BAD_TOKEN = { token: ["Invalid value"] };

const login = (username: string, password: string) => send(origin, "POST", "/api/token/", { json: { username, password } });
const refresh = (cookies: Record<string, string>) => send(origin, "POST", "/api/token/refresh/", { cookies });
const inDatabase = (text: string, ...values: unknown[]) => withDatabase(inject("databaseUrl"), (query) => query(text, values));

/** All that a reset would change of an account. */
const stateOf = (userId: number) =>
  inDatabase(
    `select encoded, changed_at, email_verified_at, (select count(*) from events where user_id = $1) as events,
       (select count(*) from sessions where user_id = $1 and revoked_at is null) as sessions
     from users left join passwords on user_id = id where id = $1`,
    userId,
  );

/** Expects that the token is refused, and that nothing changes. */
async function expectVoid(token: unknown, userId: number): Promise<void> {
  const before = await stateOf(userId);
  const answer = await unlessBusy(() => reset(origin, token, NEW_PASSWORD));
  expect([answer.status, answer.json], String(token)).toEqual([400, BAD_TOKEN]);
  expect(await stateOf(userId)).toEqual(before);
}

test("the link of a recovery mail sets a new password, ends every session, and logs nobody in", async () => {
  const { user, cookies } = await newSession(origin);
  const second = await logIn(origin, user);
  const token = await recoveryToken(origin, user.email);
  const answer = await reset(origin, token, NEW_PASSWORD);
  expect([answer.status, answer.text, answer.setCookies]).toEqual([200, DONE, []]);
  for (const each of [cookies, second.cookies]) {
    const refused = await refresh(each);
    expect([refused.status, refused.json.reason]).toEqual([401, "password_changed"]);
    await eventually(async () => (await send(origin, "GET", "/api/user/profile/", { cookies: each })).status === 401);
  }
  expect((await login(user.username, PASSWORD)).status).toBe(401);
  expect((await login(user.username, NEW_PASSWORD)).status).toBe(200);
});

test("a reset verifies the address, is among the account's events, and is told by mail", async () => {
  const user = await signUp(origin);
  const token = await recoveryToken(origin, user.email);
  expect((await reset(origin, token, NEW_PASSWORD)).status).toBe(200);
  const [row] = await inDatabase("select email_verified_at from users where id = $1", user.id);
  expect(row?.email_verified_at).toBeInstanceOf(Date);
  const events = await inDatabase("select event, address, device from events where user_id = $1 order by id", user.id);
  const where = { address: "127.0.0.1", device: null };
  expect(events.slice(1)).toMatchObject([
    { event: "email_verified", address: "127.0.0.1" },
    { event: "password_reset", address: "127.0.0.1" },
  ]);
  expect(Object.keys(events[0] ?? {})).toEqual(["event", ...Object.keys(where)]);
  const mail = await readMailAbout(user.email, "You have a new password");
  expect(mail.text).toContain("127.0.0.1");
  expect(mail.token).toBe("");
});

test("a recovery link is good once", async () => {
  const user = await signUp(origin);
  const token = await recoveryToken(origin, user.email);
  expect((await reset(origin, token, NEW_PASSWORD)).status).toBe(200);
  await expectVoid(token, user.id);
});

test("of several links that were mailed, the use of one voids the others", async () => {
  const user = await signUp(origin);
  const tokens = [await recoveryToken(origin, user.email), await recoveryToken(origin, user.email)];
  expect((await reset(origin, tokens[0], NEW_PASSWORD)).status).toBe(200);
  await expectVoid(tokens[1], user.id);
});

test("a login voids the links that were mailed before, and a refused login none", async () => {
  const user = await signUp(origin);
  const token = await recoveryToken(origin, user.email);
  expect((await login(user.username, "wrong-password")).status).toBe(401);
  expect((await reset(origin, token, "short")).json).not.toHaveProperty("token");
  await logIn(origin, user);
  await expectVoid(token, user.id);
});

test("a change of the password voids the links that were mailed before", async () => {
  const { user, cookies } = await newSession(origin);
  const token = await recoveryToken(origin, user.email);
  const json = { current_password: PASSWORD, new_password: NEW_PASSWORD };
  expect((await send(origin, "POST", "/api/user/password/", { json, cookies })).status).toBe(200);
  await expectVoid(token, user.id);
});

test("a new address voids the links that were mailed before, also once it is taken back", async () => {
  const { user, cookies } = await newSession(origin);
  const token = await recoveryToken(origin, user.email);
  const email = freshEmail();
  expect((await confirmEmail(origin, await askedForEmail(origin, cookies, email))).status).toBe(200);
  await expectVoid(token, user.id);
  const { token: undo } = await readMailAbout(user.email, "The address of your account was changed");
  expect((await undoEmailChange(origin, undo)).status).toBe(200);
  await expectVoid(token, user.id);
});

test("a link is void while its account is disabled, and once it is deleted", async () => {
  const user = await signUp(origin);
  const token = await recoveryToken(origin, user.email);
  await inDatabase("update users set is_active = false where id = $1", user.id);
  await expectVoid(token, user.id);
  await inDatabase("delete from users where id = $1", user.id);
  await expectVoid(token, user.id);
});

test("a recovery link is good for an hour from its mail, and not longer", async () => {
  const user = await signUp(origin);
  const token = await recoveryToken(origin, user.email);
  const claims = claimsOf(token);
  expect(Number(claims.exp) - Number(claims.iat)).toBe(3_600);
  expect(Math.abs(Number(claims.iat) - Date.now() / 1_000)).toBeLessThan(30);
  const [seconds, key] = [Date.now() / 1_000, linkKey(secret, "recovery")];
  await expectVoid(sign({ ...claims, iat: seconds - 3_601, exp: seconds - 1 }, key), user.id);
  const last = sign({ ...claims, iat: seconds - 3_480, exp: seconds + 120 }, key);
  expect((await reset(origin, last, NEW_PASSWORD)).status).toBe(200);
});

test("an altered link is refused, whatever is altered", async () => {
  const [user, other] = [await signUp(origin), await signUp(origin)];
  const token = await recoveryToken(origin, user.email);
  const key = linkKey(secret, "recovery");
  // A link names no session.
  const { "a token without a session": _same, ...altered } = mutations(token, key);
  const claims = claimsOf(token);
  const strange = [
    ...[other.id, 0, -1, 1.5, 2 ** 60, String(user.id), null, [user.id]].map((user_id) => ({ ...claims, user_id })),
    ...["", "A".repeat(43), null, 1, [claims.state]].map((state) => ({ ...claims, state })),
    { ...claims, iat: null },
    {},
  ].map((each) => sign(each as typeof claims, key));
  const signedAsSession = sign(claims, secret);
  for (const each of [...Object.values(altered), ...strange, signedAsSession]) await expectVoid(each, user.id);
  expect((await reset(origin, token, NEW_PASSWORD)).status).toBe(200);
});

test("a link opens only the account that it was mailed to", async () => {
  const [user, other] = [await signUp(origin), await signUp(origin)];
  const [token, others] = [await recoveryToken(origin, user.email), await recoveryToken(origin, other.email)];
  const mixed = { ...claimsOf(token), user_id: other.id };
  await expectVoid(sign(mixed, linkKey(secret, "recovery")), other.id);
  expect((await reset(origin, others, NEW_PASSWORD)).status).toBe(200);
  expect((await login(user.username, PASSWORD)).status).toBe(200);
  expect((await login(other.username, NEW_PASSWORD)).status).toBe(200);
});

test("a token of another kind resets no password, and a recovery token does nothing else", async () => {
  const user = await signUp(origin);
  const welcome = await readMailAbout(user.email, "Welcome to MovieConnect: please confirm your address");
  const { cookies, refresh: refreshToken } = await logIn(origin, user);
  for (const other of [welcome.token, cookies.access_token, refreshToken]) await expectVoid(other, user.id);
  const token = await recoveryToken(origin, user.email);
  const before = await stateOf(user.id);
  for (const path of ["/api/user/email/confirm/", "/api/user/email/undo/"]) {
    expect((await send(origin, "POST", path, { json: { token } })).json, path).toEqual(BAD_TOKEN);
  }
  const headers = { authorization: `Bearer ${token}` };
  expect((await send(origin, "GET", "/api/user/profile/", { headers })).status).toBe(401);
  expect((await send(origin, "POST", "/api/token/refresh/", { json: { refresh: token } })).status).toBe(401);
  expect(await stateOf(user.id)).toEqual(before);
});

test("of fifty requests that use a link at once, one sets its password", async () => {
  const user = await signUp(origin);
  const token = await recoveryToken(origin, user.email);
  const passwords = Array.from({ length: 50 }, (_, index) => `the-hidden-fortress-${index}`);
  const tried = await onOwnServer((own) => {
    const use = async (password: string) => ({ password, answer: await unlessBusy(() => reset(own, token, password)) });
    // Some have found the token good, and wait to set their password.
    return holdingAccount(user.id, 2, () => Promise.all(passwords.map(use)));
  });
  const accepted = tried.filter(({ answer }) => answer.status === 200);
  expect(accepted).toHaveLength(1);
  for (const { answer } of tried) if (answer.status !== 200) expect([answer.status, answer.json]).toEqual([400, BAD_TOKEN]);
  expect((await login(user.username, accepted[0]?.password ?? "")).status).toBe(200);
});

test("a login that is under way while a link is used leaves no session behind", async () => {
  const user = await signUp(origin);
  const token = await recoveryToken(origin, user.email);
  const answers = await Promise.all([
    unlessBusy(() => reset(origin, token, NEW_PASSWORD)),
    ...Array.from({ length: 6 }, () => unlessBusy(() => login(user.username, PASSWORD))),
  ]);
  const [answered, ...logins] = answers;
  // Either a login came first, and the link is void, or the reset did, and no session of the old password lives.
  const [state] = await stateOf(user.id);
  if (answered?.status === 200) expect(Number(state?.sessions)).toBe(0);
  else expect([answered?.status, logins.some(({ status }) => status === 200)]).toEqual([400, true]);
});

test("a refused password leaves the link good, and every problem is in one answer", async () => {
  const email = `${freshName()}-lagoon@example.com`;
  const body = { ...signUpBody(), email };
  expect((await send(origin, "POST", "/api/user/signup/", { json: body })).status).toBe(201);
  const token = await recoveryToken(origin, email);
  const refused = [
    ["short", "This password is too short. It must contain at least 8 characters."],
    ["password123", "This password is too common."],
    [body.username, "The password is too similar to the username."],
    [email, "The password is too similar to the email address."],
    ["movieconnect", "The password is too similar to the site's name."],
    ["x".repeat(1_025), "Ensure this field has no more than 1024 bytes."],
    ["", "This field may not be blank."],
    [5, "Not a valid string."],
  ];
  for (const [password, message] of refused) {
    const answer = await reset(origin, token, password);
    expect(answer.status).toBe(400);
    expect(answer.json.new_password, String(password)).toContain(message);
    expect(answer.json).not.toHaveProperty("token");
  }
  expect((await reset(origin, "nonsense", "mfn")).json).toEqual({
    token: ["Invalid value"],
    new_password: ["This password is too short. It must contain at least 8 characters."],
  });
  expect((await send(origin, "POST", "/api/user/password/reset/confirm/", { json: {} })).json).toEqual({
    token: ["This field is required."],
    new_password: ["This field is required."],
  });
  expect((await reset(origin, token, NEW_PASSWORD)).status).toBe(200);
});

test("a recovery gives an account without a password its first, and ends its sessions", async () => {
  const { user, cookies } = await newSession(origin);
  await inDatabase("delete from passwords where user_id = $1", user.id);
  const count = "insert into rate_limits (key, used, resets_at) values ('login_account:' || $1::bigint, 100, 'infinity')";
  await inDatabase(count, user.id);
  const token = await recoveryToken(origin, user.email);
  expect((await reset(origin, token, NEW_PASSWORD)).status).toBe(200);
  // Where the password of before was used, and how often it was guessed, says nothing about this one.
  const left = `select address from login_addresses where user_id = $1
    union select key from rate_limits where key = 'login_account:' || $1::bigint`;
  expect(await inDatabase(left, user.id)).toEqual([]);
  const refused = await refresh(cookies);
  expect([refused.status, refused.json.reason]).toEqual([401, "password_changed"]);
  expect((await login(user.username, NEW_PASSWORD)).status).toBe(200);
  await expectVoid(token, user.id);
});

test("a recovery of an account whose address was never verified removes its codes and passkeys, and each is an event", async () => {
  const { user, cookies } = await newGuarded(origin);
  await insertPasskey(inject("databaseUrl"), user.id, "Phone");
  expect((await reset(origin, await recoveryToken(origin, user.email), NEW_PASSWORD)).status).toBe(200);
  expect(await factorsOf(user.id)).toEqual({ asks: false, secrets: 0, codes: 0, passkeys: null });
  expect((await login(user.username, NEW_PASSWORD)).status).toBe(200);
  const removals = "select event from events where user_id = $1 and event in ('totp_removed', 'passkey_removed') order by 1";
  expect(await inDatabase(removals, user.id)).toEqual([{ event: "passkey_removed" }, { event: "totp_removed" }]);
  expect((await refresh(cookies)).status).toBe(401);
});

test("a recovery of an account with a verified address removes no factor, and the login with the new password asks for one", async () => {
  const { user, secret } = await newGuarded(origin);
  await insertPasskey(inject("databaseUrl"), user.id, "Phone");
  await inDatabase("update users set email_verified_at = now() where id = $1", user.id);
  expect((await reset(origin, await recoveryToken(origin, user.email), NEW_PASSWORD)).status).toBe(200);
  expect(await factorsOf(user.id)).toEqual({ asks: true, secrets: 1, codes: 10, passkeys: ["Phone"] });
  const answer = await login(user.username, NEW_PASSWORD);
  expect([answer.status, answer.json.code, answer.setCookies]).toEqual([401, "second_factor_required", []]);
  expect((await answerChallenge(origin, answer.json.challenge, codeAt(secret))).status).toBe(200);
});

test("reading the path of a link changes nothing", async () => {
  const user = await signUp(origin);
  const token = await recoveryToken(origin, user.email);
  const before = await stateOf(user.id);
  for (const method of ["GET", "HEAD"]) {
    for (const path of ["/api/user/password/reset/confirm/", `/api/user/password/reset/confirm/?token=${token}`]) {
      expect((await send(origin, method, path)).status).toBe(405);
    }
  }
  expect(await stateOf(user.id)).toEqual(before);
  expect((await reset(origin, token, NEW_PASSWORD)).status).toBe(200);
});
