import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { codeIn, wrongCode } from "#e2e/authenticator-app.ts";
import { type Answer, logIn, newSession, PASSWORD, send } from "#e2e/client.ts";
import { inDatabase } from "#e2e/email-changes.ts";
import { eventNames, eventsOf } from "#e2e/events-of.ts";
import { claimsOf, linkKey, mutations, sign } from "#e2e/forge.ts";
import { startServer, type TestServer } from "#e2e/harness.ts";
import { holdingAccount } from "#e2e/held-account.ts";
import { readMailAbout, recoveryToken, reset } from "#e2e/recovery.ts";
import { anotherChallenge, answerChallenge, challengeOf, newGuarded } from "#e2e/second-factor.ts";
import { expectSessionCookies } from "#e2e/session-cookies.ts";

const origin = inject("origin");
const KEY = linkKey(inject("authSecret"), "second-factor");

const WRONG = [401, '{"detail":"Invalid code.","code":"invalid_code"}'];
const OVER = [401, '{"detail":"Token is invalid or expired","code":"token_not_valid"}'];

const told = ({ status, text }: Answer) => [status, text];
const answer = (challenge: unknown, code: unknown) => answerChallenge(origin, challenge, code);
const sessionsOf = (userId: number) => inDatabase("select id from sessions where user_id = $1 and revoked_at is null", [userId]);
const another = (challenge: string) => anotherChallenge(challenge, inject("authSecret"));

test("a right password of an account with a second factor gets a challenge, and no cookie and no session", async () => {
  const { user } = await newGuarded(origin);
  const before = await sessionsOf(user.id);
  for (const username of [user.username, user.email.toUpperCase()]) {
    const login = await send(origin, "POST", "/api/token/", { json: { username, password: PASSWORD } });
    expect([login.status, login.setCookies, login.headers["www-authenticate"]]).toEqual([401, [], 'Bearer realm="api"']);
    expect(login.text).toMatch(
      /^\{"detail":"A second factor is required.","code":"second_factor_required","challenge":"[\w-]+\.[\w-]+\.[\w-]+","methods":\["totp","recovery_code"\]\}$/,
    );
    expect(login.headers["cache-control"]).toBe("no-store");
  }
  expect(await sessionsOf(user.id)).toEqual(before);
});

test("a wrong password of such an account is answered as any other: it does not tell that there is a second factor", async () => {
  const { user } = await newGuarded(origin);
  const plain = (await newSession(origin)).user;
  const [of, ofPlain] = await Promise.all(
    [user, plain].map(({ username }) => send(origin, "POST", "/api/token/", { json: { username, password: "wrong-password" } })),
  );
  expect([of?.status, of?.text, of?.setCookies]).toEqual([401, ofPlain?.text, []]);
});

test("a code of the app opens a session with both cookies, as a login with a password alone does", async () => {
  const { user, secret, cookies } = await newGuarded(origin);
  const opened = await answer(await challengeOf(origin, user), codeIn(secret, 0));
  expect([opened.status, Object.keys(opened.json), opened.json.refresh]).toEqual([
    200,
    ["refresh"],
    opened.cookies.refresh_token,
  ]);
  expectSessionCookies(opened.setCookies);
  expect((await send(origin, "GET", "/api/user/profile/", { cookies: opened.cookies })).json).toEqual({
    username: user.username,
  });
  expect((await eventNames(origin, opened.cookies))[0]).toBe("login");
  // The login was a fresh proof.
  expect((await send(origin, "GET", "/api/user/account/export/", { cookies: opened.cookies })).status).toBe(200);
  // A code of the app ends no other session.
  expect((await send(origin, "POST", "/api/token/refresh/", { cookies })).status).toBe(200);
});

test("a code may be typed with spaces, and be the one of the next 30 seconds; older codes and those further ahead are wrong", async () => {
  const { user, secret } = await newGuarded(origin);
  const challenge = await challengeOf(origin, user);
  for (const steps of [-20, -2, 3, 20]) expect(told(await answer(challenge, codeIn(secret, steps))), `${steps}`).toEqual(WRONG);
  const code = codeIn(secret, 1);
  expect((await answer(challenge, ` ${code.slice(0, 3)} ${code.slice(3)} `)).status).toBe(200);
});

test("a wrong code opens nothing, sets no cookie, and is an event of the account's", async () => {
  const { user, secret, cookies } = await newGuarded(origin);
  const before = await sessionsOf(user.id);
  const challenge = await challengeOf(origin, user);
  const refused = await answer(challenge, wrongCode(secret));
  expect([told(refused), refused.setCookies, refused.headers["www-authenticate"]]).toEqual([WRONG, [], 'Bearer realm="api"']);
  expect(told(await answer(challenge, "ABCDEF-GHIJKL-MNOPQR-STUVWX"))).toEqual(WRONG);
  expect((await eventNames(origin, cookies)).slice(0, 2)).toEqual(["login_refused", "login_refused"]);
  expect(await sessionsOf(user.id)).toEqual(before);
});

test("a challenge is good once, also with another good code", async () => {
  const { user, secret } = await newGuarded(origin);
  const challenge = await challengeOf(origin, user);
  expect((await answer(challenge, codeIn(secret, 0))).status).toBe(200);
  for (const steps of [0, 1]) expect(told(await answer(challenge, codeIn(secret, steps)))).toEqual(OVER);
});

test("a challenge is over after five wrong codes, for a right code too; the next challenge is not", async () => {
  const { user, secret } = await newGuarded(origin);
  const challenge = await challengeOf(origin, user);
  for (let count = 1; count <= 5; count += 1)
    expect(told(await answer(challenge, wrongCode(secret))), `code ${count}`).toEqual(WRONG);
  expect(told(await answer(challenge, codeIn(secret, 0)))).toEqual(OVER);
  expect(told(await answer(challenge, wrongCode(secret)))).toEqual(OVER);
  expect((await answer(await challengeOf(origin, user), codeIn(secret, 0))).status).toBe(200);
});

test("a challenge that has expired, or was forged, is over, whatever the code", async () => {
  const { user, secret } = await newGuarded(origin);
  const challenge = await challengeOf(origin, user);
  const claims = claimsOf(challenge);
  expect(Number(claims.exp) - Number(claims.iat)).toBe(300);
  const other = await newGuarded(origin);
  const forged: Record<string, string> = {
    ...mutations(challenge, KEY),
    "a challenge that has just expired": sign({ ...claims, exp: Date.now() / 1_000 - 1 }, KEY),
    "a challenge that AUTH_SECRET signed": sign(claims, inject("authSecret")),
    "a challenge of another kind": sign(claims, linkKey(inject("authSecret"), "recovery")),
    "another user's": sign({ ...claims, user: other.user.id }, KEY),
    "an unknown user's": sign({ ...claims, user: 2 ** 31 - 1 }, KEY),
    "another door's": sign({ ...claims, door: "oidc" }, KEY),
    "one of another password": sign({ ...claims, state: claimsOf(await challengeOf(origin, other.user)).state }, KEY),
  };
  // A challenge names no session: this is the challenge itself, signed again.
  const { "a token without a session": _untouched, ...refused } = forged;
  for (const [name, token] of Object.entries(refused))
    expect([name, ...told(await answer(token, codeIn(secret, 0)))]).toEqual([name, ...OVER]);
  expect((await answer(challenge, codeIn(secret, 0))).status).toBe(200);
});

test("a code of another account opens neither account", async () => {
  const [ann, bob] = [await newGuarded(origin), await newGuarded(origin)];
  const [ofAnn, ofBob] = [await challengeOf(origin, ann.user), await challengeOf(origin, bob.user)];
  expect(told(await answer(ofAnn, codeIn(bob.secret, 0)))).toEqual(WRONG);
  expect(told(await answer(ofAnn, bob.recoveryCodes[0]))).toEqual(WRONG);
  expect((await answer(ofBob, codeIn(bob.secret, 0))).status).toBe(200);
  expect((await answer(ofAnn, codeIn(ann.secret, 0))).status).toBe(200);
});

test.each([
  [
    "the password was changed",
    async ({ cookies }: Guarded) => {
      const json = { current_password: PASSWORD, new_password: "the-hidden-fortress-1958" };
      return send(origin, "POST", "/api/user/password/", { json, cookies });
    },
  ],
  [
    "the password was reset by mail",
    async ({ user }: Guarded) => reset(origin, await recoveryToken(origin, user.email), "the-hidden-fortress-1958"),
  ],
  [
    "the account was disabled",
    async ({ user }: Guarded) => {
      await inDatabase("update users set is_active = false where id = $1", [user.id]);
      return { status: 200 };
    },
  ],
  ["the second factor was removed", async ({ cookies }: Guarded) => send(origin, "DELETE", "/api/user/totp/", { cookies })],
  ["the account was deleted", async ({ cookies }: Guarded) => send(origin, "DELETE", "/api/user/account/", { cookies })],
] as const)("a challenge from before %s is over", async (_what, change) => {
  const guarded = await newGuarded(origin);
  const challenge = await challengeOf(origin, guarded.user);
  expect((await change(guarded)).status).toBeLessThan(300);
  expect(told(await answer(challenge, codeIn(guarded.secret, 0)))).toEqual(OVER);
});

test("a code is good once: not for another challenge, nor one of an earlier time afterwards", async () => {
  const { user, secret } = await newGuarded(origin);
  const [first, second] = [await challengeOf(origin, user), await challengeOf(origin, user)];
  const [now, next] = [codeIn(secret, 0), codeIn(secret, 1)];
  expect((await answer(first, next)).status).toBe(200);
  for (const code of [next, now]) expect(told(await answer(second, code))).toEqual(WRONG);
});

test("a recovery code opens a session once, ends all others, is an event and a mail, and leaves nine", async () => {
  const { user, cookies, recoveryCodes } = await newGuarded(origin);
  const [code = ""] = recoveryCodes;
  const opened = await answer(await challengeOf(origin, user), code.toLowerCase().replaceAll("-", " "));
  expect(opened.status).toBe(200);
  const over = await send(origin, "POST", "/api/token/refresh/", { cookies });
  expect([over.status, over.json.reason]).toEqual([401, "ended_elsewhere"]);
  expect((await sessionsOf(user.id)).map(({ id }) => id)).toEqual([claimsOf(opened.json.refresh).sid]);
  expect((await eventNames(origin, opened.cookies)).slice(0, 2).sort()).toEqual(["login", "recovery_code_used"]);
  const account = await send(origin, "GET", "/api/user/account/", { cookies: opened.cookies });
  expect([account.json.totp, account.json.recovery_codes_left]).toEqual([true, 9]);
  const mail = await readMailAbout(user.email, "A recovery code was used");
  expect(mail.text).toContain("A recovery code of your MovieConnect account was used");
  expect(told(await answer(await challengeOf(origin, user), code))).toEqual(WRONG);
});

test("when no recovery code is left, a login is told that it can't use one", async () => {
  const { user, recoveryCodes } = await newGuarded(origin);
  await inDatabase("delete from recovery_codes where user_id = $1", [user.id]);
  const login = await send(origin, "POST", "/api/token/", { json: { username: user.username, password: PASSWORD } });
  expect(login.json.methods).toEqual(["totp"]);
  expect(told(await answer(login.json.challenge, recoveryCodes[0]))).toEqual(WRONG);
});

test.each([
  [{}, { challenge: ["This field is required."], code: ["This field is required."] }],
  [{ challenge: "x" }, { code: ["This field is required."] }],
  [{ challenge: "x", code: "" }, { code: ["This field may not be blank."] }],
  [{ challenge: "x", code: null }, { code: ["This field may not be null."] }],
  [
    { challenge: 7, code: 492_039 },
    { challenge: ["Not a valid string."], code: ["Not a valid string."] },
  ],
])("a body of %j gets 400", async (json, fields) => {
  const refused = await send(origin, "POST", "/api/token/second-factor/", { json });
  expect([refused.status, refused.json]).toEqual([400, fields]);
});

test.each([
  ["a NUL", "\0"],
  ["a very long code", "A".repeat(5_000)],
  ["digits of another script", "٤٩٢٠٣٩"],
  ["SQL", "' or true --"],
])("%s is a wrong code, and no error", async (_what, code) => {
  const { user } = await newGuarded(origin);
  const refused = await answer(await challengeOf(origin, user), code);
  expect([400, 401]).toContain(refused.status);
  expect(refused.setCookies).toEqual([]);
});

test("another site's page can't send a challenge's answer", async () => {
  const { user, secret } = await newGuarded(origin);
  const json = { challenge: await challengeOf(origin, user), code: codeIn(secret, 0) };
  const refused = await send(origin, "POST", "/api/token/second-factor/", { json, headers: { "sec-fetch-site": "cross-site" } });
  expect([refused.status, refused.setCookies]).toEqual([403, []]);
});

test("a client that knows only simplejwt's contract can't log in, is told so by a 401, and finds everything else as before", async () => {
  const { user, refresh } = await newGuarded(origin);
  const login = await send(origin, "POST", "/api/token/", { json: { username: user.username, password: PASSWORD } });
  expect([login.status, login.json.detail, login.json.access, login.json.refresh]).toEqual([
    401,
    "A second factor is required.",
    undefined,
    undefined,
  ]);
  const renewed = await send(origin, "POST", "/api/token/refresh/", { json: { refresh } });
  expect(renewed.status).toBe(200);
  const headers = { authorization: `Bearer ${renewed.cookies.access_token}` };
  expect((await send(origin, "GET", "/api/user/profile/", { headers })).json).toEqual({ username: user.username });
  expect((await send(origin, "POST", "/api/user/logout/", { headers })).status).toBe(200);
});

test("a password that was reset by mail opens the account with a code alone: the second factor stays on", async () => {
  const { user, secret } = await newGuarded(origin);
  await inDatabase("update users set email_verified_at = now() where id = $1", [user.id]);
  const password = "the-hidden-fortress-1958";
  expect((await reset(origin, await recoveryToken(origin, user.email), password)).status).toBe(200);
  const challenge = await challengeOf(origin, { username: user.username, password });
  expect((await answer(challenge, codeIn(secret, 0))).status).toBe(200);
});

test("a password that was reset at an address that was never verified opens the account alone: its codes may be a squatter's", async () => {
  const { user, recoveryCodes } = await newGuarded(origin);
  const password = "the-hidden-fortress-1958";
  expect((await reset(origin, await recoveryToken(origin, user.email), password)).status).toBe(200);
  const { cookies } = await logIn(origin, { username: user.username, password });
  const account = await send(origin, "GET", "/api/user/account/", { cookies });
  expect([account.json.totp, account.json.recovery_codes_left]).toEqual([false, 0]);
  expect((await eventsOf(origin, cookies)).map(({ event }) => event)).toContain("totp_removed");
  const proof = await send(origin, "POST", "/api/user/reauthenticate/", { cookies, json: { code: recoveryCodes[0] } });
  expect(proof.status).toBe(400);
});

test("a login that waits while a second factor is switched on opens no session", async () => {
  const { user } = await newSession(origin);
  const before = await sessionsOf(user.id);
  const login = () => send(origin, "POST", "/api/token/", { json: { username: user.username, password: PASSWORD } });
  const add = "insert into totp_secrets (user_id, is_on, sealed) values ($1, true, '')";
  const refused = await holdingAccount(user.id, 1, login, (query) => query(add, [user.id]));
  expect([refused.status, refused.setCookies]).toEqual([401, []]);
  expect(await sessionsOf(user.id)).toEqual(before);
});

test.each([
  ["another secret takes its secret's place", "update totp_secrets set sealed = sealed || 'x' where user_id = $1"],
  ["the second factor is switched off", "delete from totp_secrets where user_id = $1"],
])("a code that waits while %s opens no session", async (_what, change) => {
  const { user, secret } = await newGuarded(origin);
  const challenge = await challengeOf(origin, user);
  const before = await sessionsOf(user.id);
  const use = () => answer(challenge, codeIn(secret, 1));
  const refused = await holdingAccount(user.id, 1, use, (query) => query(change, [user.id]));
  expect([told(refused), await sessionsOf(user.id)]).toEqual([WRONG, before]);
});

test("a recovery code that waits while new codes are made opens no session", async () => {
  const { user, recoveryCodes } = await newGuarded(origin);
  const challenge = await challengeOf(origin, user);
  const replace = "delete from recovery_codes where user_id = $1";
  const refused = await holdingAccount(
    user.id,
    1,
    () => answer(challenge, recoveryCodes[0]),
    (query) => query(replace, [user.id]),
  );
  expect(told(refused)).toEqual(WRONG);
});

describe("bursts", () => {
  // The shared server has other files' tests to answer.
  let server: TestServer;
  let own = "";
  beforeAll(async () => {
    server = await startServer({ DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret") });
    own = server.origin;
  });
  afterAll(() => server.stop());

  test("of 50 wrong codes at once for one challenge, at most five are compared", async () => {
    const { user, secret } = await newGuarded(origin);
    const challenge = await challengeOf(origin, user);
    const answers = await Promise.all(Array.from({ length: 50 }, () => answerChallenge(own, challenge, wrongCode(secret))));
    const compared = answers.filter(({ json }) => json.code === "invalid_code").length;
    expect([compared > 0, compared <= 5, answers.some(({ status }) => status === 200)]).toEqual([true, true, false]);
  });

  test("of 50 uses of one code at once one opens a session, with one challenge and with 50", async () => {
    const { user, secret, recoveryCodes } = await newGuarded(origin);
    const challenge = await challengeOf(origin, user);
    const [recoveryCode = ""] = recoveryCodes;
    const one = Array.from({ length: 50 }, () => challenge);
    const many = one.map(another);
    for (const [challenges, code] of [
      [many, codeIn(secret, 0)],
      [one, codeIn(secret, 1)],
      [one.map(another), recoveryCode],
    ] as const) {
      const before = (await inDatabase("select from sessions where user_id = $1", [user.id])).length;
      const answers = await Promise.all(challenges.map((each) => answerChallenge(own, each, code)));
      const opened = answers.filter(({ status }) => status === 200);
      // All of them wait for one account: on a slow machine some may do so for longer than a request may.
      const refused = answers.filter(({ json }) => ["invalid_code", "token_not_valid", "unavailable"].includes(json.code));
      expect([opened.length, refused.length]).toEqual([1, 49]);
      expect((await inDatabase("select from sessions where user_id = $1", [user.id])).length).toBe(before + 1);
    }
    const left = await inDatabase("select from recovery_codes where user_id = $1", [user.id]);
    expect(left.length).toBe(9);
  });
});

type Guarded = Awaited<ReturnType<typeof newGuarded>>;
