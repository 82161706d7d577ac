import { expect, inject, test } from "vitest";
import { codeAt, codeIn, wrongCode } from "#e2e/authenticator-app.ts";
import { changeSession } from "#e2e/change-session.ts";
import { type Answer, logIn, newSession, type Sent, send, signUp } from "#e2e/client.ts";
import { changeEmail, inDatabase, newOwner, undoEmailChange } from "#e2e/email-changes.ts";
import { eventNames } from "#e2e/events-of.ts";
import { holdingAccount } from "#e2e/held-account.ts";
import { readMailAbout } from "#e2e/recovery.ts";
import { answerChallenge, challengeOf, enrol, forgetUsedCodes, newGuarded } from "#e2e/second-factor.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

const origin = inject("origin");

const WRONG = [400, { code: ["Invalid code."] }];

type Cookies = Record<string, string>;
const told = ({ status, json }: Answer) => [status, json];
const begin = (cookies: Cookies) => send(origin, "POST", "/api/user/totp/", { cookies });
const confirm = (cookies: Cookies, code: unknown, sent: Sent = {}) =>
  send(origin, "POST", "/api/user/totp/confirm/", { ...sent, cookies, json: { code } });
const remove = (cookies: Cookies) => send(origin, "DELETE", "/api/user/totp/", { cookies });
const accountOf = async (cookies: Cookies) => (await send(origin, "GET", "/api/user/account/", { cookies })).json;
const refresh = (cookies: Cookies) => send(origin, "POST", "/api/token/refresh/", { cookies });
const forgetProof = (token: string) =>
  changeSession(inject("databaseUrl"), token, "authenticated_at = authenticated_at - interval '1 year'");

test("a secret for an authenticator app comes in Base32, as a link and as a QR code, and nothing is on yet", async () => {
  const { user, cookies } = await newSession(origin);
  const begun = await begin(cookies);
  expect([begun.status, Object.keys(begun.json), begun.headers["cache-control"]]).toEqual([
    200,
    ["secret", "uri", "qr"],
    "no-store",
  ]);
  const { secret, uri, qr } = begun.json;
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(uri).toBe(
    `otpauth://totp/MovieConnect:${user.username}?issuer=MovieConnect&secret=${secret}&algorithm=SHA1&digits=6&period=30`,
  );
  expect(qr).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(await accountOf(cookies)).toMatchObject({ totp: false, recovery_codes_left: 0 });
  await logIn(origin, user);
});

test("a code of the new secret switches it on, with ten recovery codes: all other sessions end, and an event and a mail tell it", async () => {
  const { user, cookies } = await newSession(origin);
  const elsewhere = await logIn(origin, user);
  const { secret } = (await begin(cookies)).json;
  const code = codeAt(secret);
  const confirmed = await confirm(cookies, code);
  expect([confirmed.status, Object.keys(confirmed.json), confirmed.headers["cache-control"]]).toEqual([
    200,
    ["recovery_codes"],
    "no-store",
  ]);
  expect(new Set(confirmed.json.recovery_codes).size).toBe(10);
  for (const each of confirmed.json.recovery_codes) expect(each).toMatch(/^[A-Z2-7]{6}(-[A-Z2-7]{6}){3}$/);
  expect((await refresh(elsewhere.cookies)).json).toMatchObject({ code: "token_not_valid", reason: "ended_elsewhere" });
  expect((await refresh(cookies)).status).toBe(200);
  expect(await accountOf(cookies)).toMatchObject({ totp: true, recovery_codes_left: 10 });
  expect((await eventNames(origin, cookies))[0]).toBe("totp_added");
  const mail = await readMailAbout(user.email, "Your account now asks for a code, too");
  expect(mail.text).toContain("Codes of an authenticator app were switched on for your MovieConnect account");
  expect(mail.text + mail.html).not.toContain(secret);
  // The code that confirmed it is used up.
  const login = await answerChallenge(origin, await challengeOf(origin, user), code);
  expect([login.status, login.json.code]).toEqual([401, "invalid_code"]);
});

test("a wrong code, another account's code, an old one, and any code where no secret waits switch nothing on", async () => {
  const [{ user, cookies }, other] = [await newSession(origin), await newSession(origin)];
  expect(told(await confirm(cookies, "123456"))).toEqual(WRONG);
  const { secret } = (await begin(cookies)).json;
  const { secret: ofOther } = (await begin(other.cookies)).json;
  for (const code of [
    wrongCode(secret),
    codeAt(ofOther),
    codeIn(secret, -2),
    codeIn(secret, 3),
    "1",
    "ABCDEF-GHIJKL-MNOPQR-STUVWX",
  ]) {
    expect(told(await confirm(cookies, code)), code).toEqual(WRONG);
  }
  expect(await accountOf(cookies)).toMatchObject({ totp: false, recovery_codes_left: 0 });
  await inDatabase("update totp_secrets set added_at = added_at - interval '1 hour' where user_id = $1", [user.id]);
  expect(told(await confirm(cookies, codeAt(secret)))).toEqual(WRONG);
  expect((await confirm(other.cookies, codeAt(ofOther))).status).toBe(200);
});

test.each([
  [{}, "This field is required."],
  [{ code: null }, "This field may not be null."],
  [{ code: "" }, "This field may not be blank."],
  [{ code: 123_456 }, "Not a valid string."],
])("a confirmation of %j gets 400", async (json, message) => {
  const { cookies } = await newSession(origin);
  const answer = await send(origin, "POST", "/api/user/totp/confirm/", { cookies, json });
  expect(told(answer)).toEqual([400, { code: [message] }]);
});

test("a secret that waits gives way to the next one: a code of the first is wrong", async () => {
  const { cookies } = await newSession(origin);
  const first = (await begin(cookies)).json.secret;
  const second = (await begin(cookies)).json.secret;
  expect(second).not.toBe(first);
  expect(told(await confirm(cookies, codeAt(first)))).toEqual(WRONG);
  expect((await confirm(cookies, codeAt(second))).status).toBe(200);
});

test("of confirmations at once one is answered with recovery codes, and those are good", async () => {
  const { user, cookies } = await newSession(origin);
  const { secret } = (await begin(cookies)).json;
  const confirming = () => Promise.all([0, 0, 1].map((steps) => unlessBusy(() => confirm(cookies, codeIn(secret, steps)))));
  const answers = await holdingAccount(user.id, 3, confirming);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
  const [code] = answers.find(({ status }) => status === 200)?.json.recovery_codes ?? [];
  expect((await answerChallenge(origin, await challengeOf(origin, user), code)).status).toBe(200);
});

test.each([
  ["POST", "/api/user/totp/", (cookies: Cookies) => begin(cookies)],
  ["DELETE", "/api/user/totp/", (cookies: Cookies) => remove(cookies)],
  ["POST", "/api/user/recovery-codes/", (cookies: Cookies) => send(origin, "POST", "/api/user/recovery-codes/", { cookies })],
] as const)("%s %s without a fresh proof is refused, and changes nothing", async (_method, _path, ask) => {
  const { user, cookies, refresh: token } = await newGuarded(origin);
  const state = () =>
    Promise.all(
      ["totp_secrets", "recovery_codes", "events"].map((table) =>
        inDatabase(`select ${table}::text from ${table} where user_id = $1 order by 1`, [user.id]),
      ),
    );
  const before = await state();
  await forgetProof(token);
  const refused = await ask(cookies);
  expect([refused.status, refused.text]).toEqual([
    403,
    '{"detail":"Reauthentication is required.","code":"reauthentication_required","methods":["totp","recovery_code"]}',
  ]);
  expect(await state()).toEqual(before);
  expect((await ask({})).status).toBe(401);
});

test("once the codes are switched off a password is enough again: other sessions end, the recovery codes are void, and the owner is told", async () => {
  const { user, cookies, secret, recoveryCodes } = await newGuarded(origin);
  const elsewhere = await answerChallenge(origin, await challengeOf(origin, user), codeAt(secret));
  const removed = await remove(cookies);
  expect([removed.status, removed.text]).toEqual([204, ""]);
  expect((await refresh(elsewhere.cookies)).json.reason).toBe("ended_elsewhere");
  expect(await accountOf(cookies)).toMatchObject({ totp: false, recovery_codes_left: 0 });
  expect((await eventNames(origin, cookies))[0]).toBe("totp_removed");
  expect((await readMailAbout(user.email, "Your account no longer asks for a code")).text).toContain("switched off");
  await logIn(origin, user);
  const proof = await send(origin, "POST", "/api/user/reauthenticate/", { cookies, json: { code: recoveryCodes[0] } });
  expect(told(proof)).toEqual(WRONG);
  expect((await remove(cookies)).status).toBe(404);
  expect(await inDatabase("select from totp_secrets where user_id = $1", [user.id])).toEqual([]);
});

test("a new secret leaves the old one on until it is confirmed, and then takes its place, with new recovery codes", async () => {
  const { user, cookies, secret: old, recoveryCodes } = await newGuarded(origin);
  const { secret } = (await begin(cookies)).json;
  const logInBy = async (code: string | undefined) =>
    (await answerChallenge(origin, await challengeOf(origin, user), code)).status;
  expect([await logInBy(codeAt(secret)), await logInBy(codeAt(old))]).toEqual([401, 200]);
  expect(told(await confirm(cookies, codeIn(old, 1)))).toEqual(WRONG);
  const confirmed = await confirm(cookies, codeAt(secret));
  await forgetUsedCodes(user.id);
  expect([await logInBy(codeIn(old, 0)), await logInBy(codeIn(old, 1)), await logInBy(recoveryCodes[0])]).toEqual([
    401, 401, 401,
  ]);
  expect([await logInBy(codeAt(secret)), await logInBy(confirmed.json.recovery_codes[0])]).toEqual([200, 200]);
});

test.each([
  ["confirms a secret", async ({ cookies }: Enrolling, code: string) => confirm(cookies, code)],
  ["removes the codes", async ({ cookies }: Enrolling) => remove(cookies)],
  ["makes recovery codes", async ({ cookies }: Enrolling) => send(origin, "POST", "/api/user/recovery-codes/", { cookies })],
] as const)("a session that ends while it %s changes nothing", async (_what, ask) => {
  const guarded = await newGuarded(origin);
  const { secret } = (await begin(guarded.cookies)).json;
  const state = () =>
    inDatabase(
      "select sealed from totp_secrets where user_id = $1 union select digest from recovery_codes where user_id = $1 order by 1",
      [guarded.user.id],
    );
  const before = await state();
  const answer = await holdingAccount(
    guarded.user.id,
    1,
    () => ask(guarded, codeAt(secret)),
    (query) => query("update sessions set revoked_at = now() where user_id = $1", [guarded.user.id]),
  );
  expect([answer.status, answer.json.code]).toEqual([401, "token_not_valid"]);
  expect(await state()).toEqual(before);
});

test("once codes are on, addresses from which a password alone logged in have no guesses of their own any more", async () => {
  const user = await signUp(origin);
  const addresses = ["127.0.0.41", "127.0.0.42", "127.0.0.43"];
  for (const localAddress of addresses) {
    const { username, password } = user;
    expect((await send(origin, "POST", "/api/token/", { json: { username, password }, localAddress })).status).toBe(200);
  }
  const { cookies } = await logIn(origin, user);
  const known = async () =>
    (await inDatabase("select address from login_addresses where user_id = $1 order by 1", [user.id])).map(
      ({ address }) => address,
    );
  expect(await known()).toEqual(["127.0.0.1", ...addresses]);
  const { secret } = await enrol(origin, cookies);
  // The one that has just shown a code stays known.
  expect(await known()).toEqual(["127.0.0.1"]);
  await forgetUsedCodes(user.id);
  const [localAddress = ""] = addresses;
  const challenge = await challengeOf(origin, user, { localAddress });
  expect(await known()).toEqual(["127.0.0.1"]);
  expect((await answerChallenge(origin, challenge, codeAt(secret), { localAddress })).status).toBe(200);
  expect(await known()).toEqual(["127.0.0.1", localAddress]);
});

test("a change of the address that is undone takes back codes that were added since, and voids recovery codes that were made since", async () => {
  const added = await newOwner(origin);
  const undoing = await changeEmail(origin, added.cookies, added.user.email, `${added.user.username}@new.example`);
  await enrol(origin, added.cookies);
  expect((await undoEmailChange(origin, undoing.undo)).status).toBe(200);
  await logIn(origin, added.user);

  const older = await newOwner(origin);
  const { secret, recoveryCodes } = await enrol(origin, older.cookies);
  await readMailAbout(older.user.email, "Your account now asks for a code, too");
  await forgetUsedCodes(older.user.id);
  const { undo } = await changeEmail(origin, older.cookies, older.user.email, `${older.user.username}@new.example`);
  const made = await send(origin, "POST", "/api/user/recovery-codes/", { cookies: older.cookies });
  expect((await undoEmailChange(origin, undo)).status).toBe(200);
  for (const code of [made.json.recovery_codes[0], recoveryCodes[0]]) {
    expect((await answerChallenge(origin, await challengeOf(origin, older.user), code)).status).toBe(401);
  }
  expect((await answerChallenge(origin, await challengeOf(origin, older.user), codeAt(secret))).status).toBe(200);
});

test("an account with codes is deleted with its secret and its recovery codes", async () => {
  const { user, cookies } = await newGuarded(origin);
  expect((await send(origin, "DELETE", "/api/user/account/", { cookies })).status).toBe(204);
  const left = await inDatabase(
    "select user_id from totp_secrets where user_id = $1 union all select user_id from recovery_codes where user_id = $1",
    [user.id],
  );
  expect(left).toEqual([]);
});

type Enrolling = { cookies: Cookies };
