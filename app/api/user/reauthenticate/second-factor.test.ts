import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { codeAt, codeIn, wrongCode } from "#e2e/authenticator-app.ts";
import { changeSession } from "#e2e/change-session.ts";
import { newSession, PASSWORD, send } from "#e2e/client.ts";
import { inDatabase } from "#e2e/email-changes.ts";
import { eventNames } from "#e2e/events-of.ts";
import { claimsOf } from "#e2e/forge.ts";
import { startServer, type TestServer } from "#e2e/harness.ts";
import { answerChallenge, challengeOf, newGuarded } from "#e2e/second-factor.ts";

// What proves who the holder of a session is, for an account with a second factor.

const shared = inject("origin");
const databaseUrl = inject("databaseUrl");
const WRONG = [400, '{"code":["Invalid code."]}'];

/** One worker, with strict limits of guesses. */
let strict: TestServer;
beforeAll(async () => {
  const limits = { RATE_LIMITS: "on", RATE_LIMIT_LOGIN_ACCOUNT_ADDRESS: "3/600" };
  strict = await startServer({ DATABASE_URL: databaseUrl, AUTH_SECRET: inject("authSecret"), WEB_CONCURRENCY: "1", ...limits });
});
afterAll(() => strict.stop());

type Cookies = Record<string, string>;
const prove = (cookies: Cookies, json: unknown, origin = shared) =>
  send(origin, "POST", "/api/user/reauthenticate/", { cookies, json });
const exported = async (cookies: Cookies) => (await send(shared, "GET", "/api/user/account/export/", { cookies })).status;
const forgetProof = (token = "") => changeSession(databaseUrl, token, "authenticated_at = authenticated_at - interval '1 year'");

async function staleGuarded() {
  const guarded = await newGuarded(shared);
  await forgetProof(guarded.refresh);
  return guarded;
}

test("a code of the app proves who the session's holder is, once, and renews both cookies", async () => {
  const { cookies, secret, refresh } = await staleGuarded();
  expect(await exported(cookies)).toBe(403);
  const code = codeAt(secret);
  const proved = await prove(cookies, { code });
  expect([proved.status, proved.text]).toEqual([200, '{"detail":"Reauthenticated.","expires_in":600}']);
  expect(claimsOf(proved.cookies.refresh_token ?? "")).toMatchObject({ sid: claimsOf(refresh).sid, gen: 1 });
  expect(await exported(proved.cookies)).toBe(200);
  await forgetProof(proved.cookies.refresh_token);
  const again = await prove(proved.cookies, { code });
  expect([again.status, again.text, again.setCookies]).toEqual([...WRONG, []]);
  expect(await exported(proved.cookies)).toBe(403);
});

test("a recovery code is a proof once, ends all other sessions, and is an event", async () => {
  const { user, cookies, secret, recoveryCodes } = await staleGuarded();
  const elsewhere = await answerChallenge(shared, await challengeOf(shared, user), codeAt(secret));
  const [code = ""] = recoveryCodes;
  const proved = await prove(cookies, { code: code.toLowerCase() });
  expect([proved.status, await exported(proved.cookies)]).toEqual([200, 200]);
  const over = await send(shared, "POST", "/api/token/refresh/", { cookies: elsewhere.cookies });
  expect([over.status, over.json.reason]).toEqual([401, "ended_elsewhere"]);
  expect(await eventNames(shared, proved.cookies)).toContain("recovery_code_used");
  const again = await prove(proved.cookies, { code });
  expect([again.status, again.text]).toEqual(WRONG);
  const { json } = await send(shared, "GET", "/api/user/account/", { cookies: proved.cookies });
  expect(json.recovery_codes_left).toBe(9);
});

test("a code that a login has used is no proof, and one that was a proof is no login", async () => {
  const { user, cookies, secret } = await staleGuarded();
  const [now, next] = [codeIn(secret, 0), codeIn(secret, 1)];
  expect((await answerChallenge(shared, await challengeOf(shared, user), now)).status).toBe(200);
  expect((await prove(cookies, { code: now })).status).toBe(400);
  expect((await prove(cookies, { code: next })).status).toBe(200);
  expect((await answerChallenge(shared, await challengeOf(shared, user), next)).status).toBe(401);
});

test("wrong codes, and another account's, prove nothing and set no cookie", async () => {
  const [{ cookies, secret }, other] = [await staleGuarded(), await newGuarded(shared)];
  for (const code of [wrongCode(secret), codeIn(secret, -2), codeAt(other.secret), other.recoveryCodes[0], "x", "\0"]) {
    const refused = await prove(cookies, { code });
    expect([refused.status, Object.keys(refused.json), refused.setCookies], code).toEqual([400, ["code"], []]);
  }
  expect(await exported(cookies)).toBe(403);
});

test("a password alone is no proof for such an account, right or wrong: it is not even compared", async () => {
  const { user, cookies } = await staleGuarded();
  const refused =
    '{"detail":"Reauthentication is required.","code":"reauthentication_required","methods":["totp","recovery_code"]}';
  for (const password of [PASSWORD, "wrong-password"]) {
    const answer = await prove(cookies, { password }, strict.origin);
    expect([answer.status, answer.text, answer.setCookies]).toEqual([403, refused, []]);
  }
  expect(await exported(cookies)).toBe(403);
  const counted = await inDatabase(
    "select key from rate_limits where key = 'login_account:' || $1 or key like 'login_account:' || $1 || ':%'",
    [user.id],
  );
  expect(counted).toEqual([]);
});

test("with a code beside it a password is not asked for: the code decides", async () => {
  const { cookies, secret } = await staleGuarded();
  expect((await prove(cookies, { password: PASSWORD, code: wrongCode(secret) })).status).toBe(400);
  expect((await prove(cookies, { password: "wrong-password", code: codeAt(secret) })).status).toBe(200);
});

test("an account without a second factor has no code to prove anything with", async () => {
  const { cookies, refresh } = await newSession(shared);
  await forgetProof(refresh);
  const refused = await prove(cookies, { code: "123456" });
  expect([refused.status, refused.text]).toEqual(WRONG);
  expect(await exported(cookies)).toBe(403);
});

const PASSKEY = `insert into passkeys (user_id, credential_id, public_key, counter, transports, may_sync, aaguid, is_synced, name)
  values ($1, md5(random()::text), '', 0, '{}', false, '', false, 'A key')`;
const NO_CODES = "delete from recovery_codes where user_id = $1";
const NO_PASSWORD = "delete from passwords where user_id = $1";
const LINKED = `insert into accounts ("userId", type, provider, "providerAccountId") values ($1, 'oidc', 'oidc', md5(random()::text))`;

// No provider is switched on here, so that an account with a provider alone has nothing to prove itself with.
test.each([
  ["a password", false, [], ["password"]],
  ["a password and a passkey", false, [PASSKEY], ["password", "passkey"]],
  ["a password and codes", true, [], ["totp", "recovery_code"]],
  ["a password and codes, none of them for recovery", true, [NO_CODES], ["totp"]],
  ["a password, codes and a passkey", true, [PASSKEY], ["totp", "recovery_code", "passkey"]],
  ["a passkey alone", false, [PASSKEY, NO_PASSWORD], ["passkey"]],
  ["a passkey and codes", true, [PASSKEY, NO_PASSWORD], ["totp", "recovery_code", "passkey"]],
  ["a provider that is switched off", false, [LINKED, NO_PASSWORD], []],
] as const)("an account with %s is told by what it can prove itself", async (_what, isGuarded, statements, methods) => {
  const { user, cookies, refresh } = isGuarded ? await newGuarded(shared) : await newSession(shared);
  for (const statement of statements) await inDatabase(statement, [user.id]);
  await forgetProof(refresh);
  const refused = await send(shared, "DELETE", "/api/user/account/", { cookies });
  expect([refused.status, refused.json.methods]).toEqual([403, methods]);
});

test("wrong codes of proofs, of logins and of an enrolment are one count with wrong logins, and a right code forgives it", async () => {
  const { user, cookies, secret } = await newGuarded(shared);
  const wrong = wrongCode(secret);
  const challenge = await challengeOf(strict.origin, user);
  const login = (password: string) => send(strict.origin, "POST", "/api/token/", { json: { username: user.username, password } });
  const confirm = (code: string) => send(strict.origin, "POST", "/api/user/totp/confirm/", { cookies, json: { code } });
  const statuses = async (asked: (() => Promise<{ status: number }>)[]) => {
    const answers = [];
    for (const ask of asked) answers.push((await ask()).status);
    return answers;
  };
  const guesses = [() => prove(cookies, { code: wrong }, strict.origin), () => answerChallenge(strict.origin, challenge, wrong)];
  expect(await statuses([...guesses, () => prove(cookies, { code: codeAt(secret) }, strict.origin)])).toEqual([400, 401, 200]);
  expect(await statuses([...guesses, () => login("wrong-password")])).toEqual([400, 401, 401]);
  const refused = [...guesses, () => confirm(wrong), () => login(PASSWORD)];
  expect(await statuses(refused)).toEqual([429, 429, 429, 429]);
});

test("a guess at the code that ends an enrolment counts: a right one would show the recovery codes to a thief of the session", async () => {
  const { cookies } = await newSession(strict.origin);
  const { secret } = (await send(strict.origin, "POST", "/api/user/totp/", { cookies })).json;
  const confirm = async (code: string) =>
    (await send(strict.origin, "POST", "/api/user/totp/confirm/", { cookies, json: { code } })).status;
  const answers = [];
  for (const code of [wrongCode(secret), wrongCode(secret), wrongCode(secret), codeAt(secret)]) answers.push(await confirm(code));
  expect(answers).toEqual([400, 400, 400, 429]);
});
