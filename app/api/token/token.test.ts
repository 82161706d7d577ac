import { expect, inject, test } from "vitest";
import { freshName, logIn, PASSWORD, send, signUp, signUpBody } from "#e2e/client.ts";
import { claimsOf, headerOf } from "#e2e/forge.ts";
import { withDatabase } from "#e2e/harness.ts";
import { onceWaiting } from "#e2e/held-account.ts";
import { expectSessionCookies } from "#e2e/session-cookies.ts";

const origin = inject("origin");
const TOKEN = "/api/token/";
const NO_ACCOUNT = '{"detail":"No active account found with the given credentials"}';

function post(json: unknown, cookies: Record<string, string> = {}) {
  return send(origin, "POST", TOKEN, { json, cookies });
}

test("a login answers the refresh token and sets both cookies", async () => {
  const user = await signUp(origin);
  const answer = await post({ username: user.username, password: PASSWORD });
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.json)).toEqual(["refresh"]);
  expect(answer.cookies.refresh_token).toBe(answer.json.refresh);
  expectSessionCookies(answer.setCookies);
});

test("each cookie is within 4,096 bytes, also for the longest possible username", async () => {
  const tail = freshName();
  // A letter of four bytes in UTF-8, which JSON may write as twelve.
  const username = "\u{1E943}".repeat(150 - tail.length) + tail;
  const json = { ...signUpBody(username), email: `${tail}@example.com` };
  const user = (await send(origin, "POST", "/api/user/signup/", { json })).json;
  const answer = await post({ username: user.username, password: PASSWORD });
  expect(answer.status).toBe(200);
  expect(answer.setCookies).toHaveLength(2);
  for (const line of answer.setCookies) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(4_096);
});

test("the tokens are HS256 JWTs with simplejwt's claims, and a few more", async () => {
  const user = await signUp(origin);
  const { cookies, refresh } = await logIn(origin, user);
  const access = cookies.access_token ?? "";
  expect(headerOf(access)).toEqual({ alg: "HS256", typ: "JWT" });
  expect(headerOf(refresh)).toEqual({ alg: "HS256", typ: "JWT" });
  const accessClaims = claimsOf(access);
  const refreshClaims = claimsOf(refresh);
  const common = { iat: expect.any(Number), jti: expect.stringMatching(/^[\w-]{22}$/), user_id: user.id, sid: accessClaims.sid };
  const iat = Number(accessClaims.iat);
  expect(accessClaims).toEqual({ ...common, token_type: "access", exp: iat + 300, username: user.username });
  expect(refreshClaims).toEqual({ ...common, token_type: "refresh", exp: iat + 86_400, gen: 0 });
  expect(accessClaims.jti).not.toBe(refreshClaims.jti);
  expect(String(accessClaims.sid)).toMatch(/^[\w-]{22}$/);
  for (const cookie of Object.values(cookies)) expect(cookie.length).toBeLessThan(4_000);
});

test("every login is a new session", async () => {
  const user = await signUp(origin);
  const [first, second] = [await logIn(origin, user), await logIn(origin, user)];
  expect(claimsOf(first.refresh).sid).not.toBe(claimsOf(second.refresh).sid);
});

test("the username is folded as at signup, and may be the e-mail address in any case", async () => {
  const name = `Straße.Σίσυφος.${freshName()}`;
  const user = await signUpAs(name, `${freshName()}@example.com`);
  const forms = [
    name,
    ` ${name}\t`,
    name.toUpperCase(),
    name.toLowerCase(),
    name.normalize("NFD"),
    user.email,
    user.email.toUpperCase(),
  ];
  for (const username of forms) {
    expect((await post({ username, password: PASSWORD })).status, username).toBe(200);
  }
});

test("unknown user, wrong password, overlong password and disabled account are one answer", async () => {
  const user = await signUp(origin);
  const disabled = await signUp(origin);
  await withDatabase(inject("databaseUrl"), (query) => query("update users set is_active = false where id = $1", [disabled.id]));
  const attempts = [
    { username: freshName(), password: PASSWORD },
    { username: "nobody@example.com", password: PASSWORD },
    { username: user.username, password: `${PASSWORD}x` },
    { username: user.username, password: PASSWORD.toUpperCase() },
    { username: user.username, password: ` ${PASSWORD}` },
    { username: user.username, password: "x".repeat(16_000) },
    { username: "x".repeat(16_000), password: PASSWORD },
    { username: disabled.username, password: PASSWORD },
    { username: `${user.username}' or '1'='1' --`, password: PASSWORD },
  ];
  for (const attempt of attempts) {
    const answer = await post(attempt);
    expect(answer.status).toBe(401);
    expect(answer.text).toBe(NO_ACCOUNT);
    expect(answer.setCookies).toEqual([]);
    expect(answer.headers["www-authenticate"]).toBe('Bearer realm="api"');
  }
});

test("every byte of a password counts, also beyond the 72nd", async () => {
  const long = `${"é".repeat(100)}-the-end`;
  const user = await signUpAs(freshName(), `${freshName()}@example.com`, long);
  expect((await post({ username: user.username, password: long })).status).toBe(200);
  expect((await post({ username: user.username, password: `${long.slice(0, -1)}X` })).status).toBe(401);
});

test("missing, null, blank and mistyped fields are named, all at once", async () => {
  expect((await post({})).json).toEqual({ username: ["This field is required."], password: ["This field is required."] });
  expect((await post({ username: null, password: 5 })).json).toEqual({
    username: ["This field may not be null."],
    password: ["Not a valid string."],
  });
  expect((await post({ username: "  ", password: "" })).json).toEqual({
    username: ["This field may not be blank."],
    password: ["This field may not be blank."],
  });
  expect((await post({ username: ["a"], password: { a: 1 } })).json).toEqual({
    username: ["Not a valid string."],
    password: ["Not a valid string."],
  });
});

test("stale and broken cookies do not prevent a login", async () => {
  const user = await signUp(origin);
  const answer = await post({ username: user.username, password: PASSWORD }, { access_token: "nope", refresh_token: "%" });
  expect(answer.status).toBe(200);
});

test("a hash of another cost or of Django's PBKDF2 verifies, and is replaced at the login", async () => {
  // Made with Django's PBKDF2PasswordHasher: make_password("seven-samurai-1954", salt="seasalt", 1,000 iterations)
  const { pbkdf2Sync } = await import("node:crypto");
  const pbkdf2 = `pbkdf2_sha256$1000$seasalt$${pbkdf2Sync(PASSWORD, "seasalt", 1_000, 32, "sha256").toString("base64")}`;
  const { createHash } = await import("node:crypto");
  const { hashSync } = await import("bcryptjs");
  const cheap = `bcrypt_sha256$${hashSync(createHash("sha256").update(PASSWORD).digest("hex"), 4)}`;
  for (const encoded of [pbkdf2, cheap]) {
    const user = await signUp(origin);
    const stored = await withDatabase(inject("databaseUrl"), async (query) => {
      await query("update passwords set encoded = $2 where user_id = $1", [user.id, encoded]);
      expect((await post({ username: user.username, password: `${PASSWORD}x` })).status).toBe(401);
      expect((await post({ username: user.username, password: PASSWORD })).status).toBe(200);
      return query("select encoded from passwords where user_id = $1", [user.id]);
    });
    expect(stored[0]?.encoded).toMatch(/^bcrypt_sha256\$\$2b\$10\$[./\w]{53}$/);
    expect((await post({ username: user.username, password: PASSWORD })).status).toBe(200);
  }
});

test.each([
  ["deleted", "delete from users where id = $1"],
  ["disabled", "update users set is_active = false where id = $1"],
  ["given another password", "update passwords set encoded = 'x', changed_at = clock_timestamp() where user_id = $1"],
])("an account that is %s while its login hashes gets 401, as if it had been so before", async (_how, statement) => {
  const user = await signUp(origin);
  const answer = await withDatabase(inject("databaseUrl"), async (query) => {
    await query("begin");
    await query(statement, [user.id]);
    const login = () => post({ username: user.username, password: PASSWORD });
    // The login has found the account and compared the password when it waits for the row's lock.
    return onceWaiting(query, 1, login, () => query("commit"));
  });
  expect([answer.status, answer.text]).toEqual([401, NO_ACCOUNT]);
  expect(answer.setCookies).toEqual([]);
});

async function signUpAs(username: string, email: string, password = PASSWORD) {
  const body = { username, email, password, age: "1990-01-02" };
  const answer = await send(origin, "POST", "/api/user/signup/", { json: body });
  expect(answer.status, answer.text).toBe(201);
  return body;
}
