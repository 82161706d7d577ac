import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { newSession } from "#e2e/client.ts";
import { eventNames } from "#e2e/events-of.ts";
import { claimsOf, linkKey, sign as signClaims } from "#e2e/forge.ts";
import { type Query, startServer, type TestServer, withDatabase } from "#e2e/harness.ts";
import { addPasskey, answerOf, askForNew, askForPasskey, call, logInWithPasskey, siteOf } from "#e2e/passkeys.ts";
import { expectSessionCookies } from "#e2e/session-cookies.ts";
import {
  type Authenticator,
  BACKED_UP,
  ELIGIBLE,
  type Lies,
  newAuthenticator,
  PRESENT,
  VERIFIED,
} from "#e2e/software-authenticator.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

const databaseUrl = inject("databaseUrl");
const secret = inject("authSecret");
const PATH = "/api/token/passkey/";
const REFUSED = '{"detail":"Passkey is not valid.","code":"passkey_not_valid"}';

/** Without PUBLIC_URL, so that it is a site of the name localhost. The shared application makes the accounts and sends the mails. */
let server: TestServer;
let origin = "";
let site = "";
beforeAll(async () => {
  server = await startServer({ DATABASE_URL: databaseUrl, AUTH_SECRET: secret, WEB_CONCURRENCY: "1" });
  origin = server.origin;
  site = siteOf(origin);
});
afterAll(() => server.stop());

const inDatabase = (...statement: Parameters<Query>) => withDatabase(databaseUrl, (query) => query(...statement));
const post = (response: unknown, cookies = {}) => call(origin, "POST", PATH, { cookies, json: { response } });

/** A new account with a passkey. */
async function withPasskey({ algorithm = -7, lies }: { algorithm?: -7 | -8 | -257; lies?: Lies } = {}) {
  const session = await newSession(inject("origin"));
  const authenticator = newAuthenticator(algorithm);
  const added = await addPasskey(origin, session.cookies, authenticator, { ...(lies && { lies }) });
  expect(added.status, added.text).toBe(201);
  return { ...session, authenticator, id: added.json.id as number };
}

async function expectRefused(asked: ReturnType<typeof post>): Promise<void> {
  const answer = await asked;
  expect([answer.status, answer.text, answer.setCookies]).toEqual([401, REFUSED, []]);
  expect(answer.headers["www-authenticate"]).toBe('Bearer realm="api"');
}

const statusOf = async (authenticator: Authenticator, lies?: Lies) =>
  (await logInWithPasskey(origin, authenticator, { ...(lies && { lies }) })).status;

test.each([-7, -8, -257] as const)("a passkey of algorithm %i opens a session, as a password does", async (algorithm) => {
  const { user, authenticator, id } = await withPasskey({ algorithm });
  const answer = await logInWithPasskey(origin, authenticator);
  expect([answer.status, Object.keys(answer.json)]).toEqual([200, ["refresh"]]);
  expectSessionCookies(answer.setCookies);
  expect(answer.cookies.refresh_token).toBe(answer.json.refresh);
  const profile = await call(origin, "GET", "/api/user/profile/", { cookies: answer.cookies });
  expect(profile.json).toEqual({ username: user.username });
  expect((await eventNames(origin, answer.cookies))[0]).toBe("login");
  const [used] = await inDatabase("select last_used_at > created_at as later from passkeys where id = $1", [id]);
  expect(used?.later).toBe(true);
});

test("the options ask for a passkey of this name that verifies its user, and name none; a cookie tells the browser", async () => {
  const answer = await call(origin, "POST", `${PATH}options/`);
  const { challenge } = answer.json;
  expect(answer.json).toEqual({ rpId: "localhost", challenge, timeout: 60_000, userVerification: "required" });
  expect(Buffer.from(challenge, "base64url").length).toBeGreaterThanOrEqual(32);
  expect(answer.setCookies).toEqual([
    expect.stringMatching(/^passkey_browser=[\w-]{22}; Path=\/; Max-Age=300; HttpOnly; SameSite=Lax$/),
  ]);
  expect(answer.headers["cache-control"]).toBe("no-store");
});

test("each of several passkeys opens the account, and a removed one no more", async () => {
  const { cookies, authenticator: first, id } = await withPasskey();
  const second = newAuthenticator();
  expect((await addPasskey(origin, cookies, second)).status).toBe(201);
  expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200]);
  expect((await call(origin, "DELETE", `/api/user/passkeys/${id}/`, { cookies })).status).toBe(204);
  expect([await statusOf(first), await statusOf(second)]).toEqual([401, 200]);
});

describe("an answer is refused", () => {
  let authenticator: Authenticator;
  beforeAll(async () => {
    ({ authenticator } = await withPasskey());
  });

  const lies: [string, (site: string) => Lies][] = [
    ["of a registration", () => ({ type: "webauthn.create" })],
    ["of another site", () => ({ origin: "https://evil.example" })],
    ["of another port", () => ({ origin: "http://localhost:1" })],
    ["of another scheme", (ours) => ({ origin: ours.replace("http:", "https:") })],
    ["of a name below this one", (ours) => ({ origin: ours.replace("localhost", "evil.localhost") })],
    ["whose origin only begins as this one", (ours) => ({ origin: `${ours}.evil.example` })],
    ["for another site's name", () => ({ rpId: "evil.example" })],
    ["in another site's frame", () => ({ crossOrigin: true })],
    ["in another site's frame that is named", () => ({ crossOrigin: true, topOrigin: "https://evil.example" })],
    ["that names an outer site", (ours) => ({ topOrigin: ours })],
    ["without the user's verification", () => ({ flags: PRESENT | ELIGIBLE | BACKED_UP })],
    ["without the user's presence", () => ({ flags: VERIFIED | ELIGIBLE | BACKED_UP })],
    ["of a passkey that is backed up but may not be", () => ({ flags: PRESENT | VERIFIED | BACKED_UP })],
    ["of a passkey that may no longer be on several devices", () => ({ flags: PRESENT | VERIFIED })],
    ["for another user", () => ({ userHandle: Buffer.alloc(64).toString("base64url") })],
    ["for no user", () => ({ userHandle: "" })],
    ["of an unknown passkey", () => ({ id: Buffer.alloc(32, 7) })],
    ["to no challenge", () => ({ challenge: "" })],
    ["to a challenge that is not signed", () => ({ challenge: Buffer.alloc(32, 7).toString("base64url") })],
  ];
  test.each(lies)("%s", async (_name, lie) => {
    const { cookies, response } = await answerOf(origin, authenticator, { lies: lie(site) });
    await expectRefused(post(response, cookies));
    expect(await statusOf(authenticator)).toBe(200);
  });

  test.each(["signature", "authenticatorData", "clientDataJSON"] as const)("whose %s was altered", async (part) => {
    const { cookies, response } = await answerOf(origin, authenticator);
    const bytes = Buffer.from(response.response[part], "base64url");
    // In JSON this is white space, and in the others the last bit.
    const altered = part === "clientDataJSON" ? Buffer.concat([bytes, Buffer.from(" ")]) : flipLast(bytes);
    await expectRefused(
      post({ ...response, response: { ...response.response, [part]: altered.toString("base64url") } }, cookies),
    );
    expect((await post(response, cookies)).status).toBe(200);
  });

  test("that another passkey has signed", async () => {
    const other = (await withPasskey()).authenticator;
    const [mine, theirs] = [await answerOf(origin, authenticator), await answerOf(origin, other)];
    await expectRefused(post({ ...mine.response, response: theirs.response.response }, theirs.cookies));
    await expectRefused(post({ ...theirs.response, response: mine.response.response }, mine.cookies));
  });

  test.each(["id", "rawId"])("whose %s differs from the other", async (field) => {
    const { cookies, response } = await answerOf(origin, authenticator);
    await expectRefused(post({ ...response, [field]: newAuthenticator().id }, cookies));
  });

  // Where decoders differ, a text could be one challenge for us, and another for the signature.
  test.each(["=", "!", "+", " ", "\n", "\0", "é"])("with %j in its base64url", async (character) => {
    for (const part of ["clientDataJSON", "authenticatorData", "signature", "userHandle"] as const) {
      const { cookies, response } = await answerOf(origin, authenticator);
      const spoiled = { ...response.response, [part]: `${response.response[part]}${character}` };
      await expectRefused(post({ ...response, response: spoiled }, cookies));
    }
    const { cookies, response } = await answerOf(origin, authenticator);
    const id = `${response.id}${character}`;
    await expectRefused(post({ ...response, id, rawId: id }, cookies));
  });
});

test("an answer is good once, also ten times at the same moment", async () => {
  const { authenticator } = await withPasskey();
  const { cookies, response } = await answerOf(origin, authenticator);
  expect((await post(response, cookies)).status).toBe(200);
  await expectRefused(post(response, cookies));
  const burst = await answerOf(origin, authenticator);
  const answers = await Promise.all(Array.from({ length: 10 }, () => unlessBusy(() => post(burst.response, burst.cookies))));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(401)]);
});

test("an answer is good in the browser alone that has asked", async () => {
  const { authenticator } = await withPasskey();
  const { cookies, response } = await answerOf(origin, authenticator);
  const other = await askForPasskey(origin);
  await expectRefused(post(response));
  await expectRefused(post(response, other.cookies));
  await expectRefused(post(response, { passkey_browser: "" }));
  expect((await post(response, cookies)).status).toBe(200);
});

test("two tabs of a browser can each have a challenge, and both are good", async () => {
  const { authenticator } = await withPasskey();
  const first = await askForPasskey(origin);
  const second = await askForPasskey(origin, first.cookies);
  expect(second.cookies).toEqual(first.cookies);
  for (const { options } of [first, second]) {
    expect((await post(authenticator.sign(options, site), second.cookies)).status).toBe(200);
  }
});

test("a challenge that the application would not give is refused, though well signed", async () => {
  const { authenticator, cookies: session } = await withPasskey();
  const { options, cookies } = await askForPasskey(origin);
  const claims = claimsOf(Buffer.from(options.challenge, "base64url").toString());
  const key = linkKey(secret, "passkey-login");
  const iat = Number(claims.iat);
  const answers = (token: string, sent = cookies) =>
    post(authenticator.sign({ ...options, challenge: Buffer.from(token).toString("base64url") }, site), sent);
  await expectRefused(answers(signClaims({ ...claims, iat: iat - 301, exp: iat - 1 }, key)));
  await expectRefused(answers(signClaims(claims, linkKey(secret, "passkey-registration"))));
  await expectRefused(answers(signClaims(claims, linkKey(secret, "second-factor"))));
  await expectRefused(answers(signClaims(claims, secret)));
  await expectRefused(answers(signClaims({ ...claims, jti: undefined }, key)));
  await expectRefused(answers(`${signClaims(claims, key)} `));
  expect((await answers(signClaims(claims, key))).status).toBe(200);
  // For a new passkey, in the same browser and session.
  const registration = await askForNew(origin, session);
  const signed = authenticator.sign({ ...registration.options, rpId: "localhost" }, site);
  await expectRefused(post(signed, registration.cookies));
});

test("a count that does not grow is a copy's: it is refused, and the owner sees it among the events", async () => {
  const { authenticator, cookies } = await withPasskey({ lies: { counter: 4 } });
  for (const [counter, status] of [
    [4, 401],
    [5, 200],
    [5, 401],
    [3, 401],
    [0, 401],
    [4_294_967_295, 200],
  ] as const) {
    expect([counter, await statusOf(authenticator, { counter })]).toEqual([counter, status]);
  }
  const events = await eventNames(origin, cookies);
  expect(events.slice(0, 6)).toEqual(["login", "login_refused", "login_refused", "login_refused", "login", "login_refused"]);
});

test("of two uses of one count at the same moment one is good", async () => {
  const { authenticator } = await withPasskey({ lies: { counter: 1 } });
  const statuses = await Promise.all([statusOf(authenticator, { counter: 2 }), statusOf(authenticator, { counter: 2 })]);
  expect(statuses.sort()).toEqual([200, 401]);
});

test("a passkey that begins to count may not end it", async () => {
  const { authenticator } = await withPasskey();
  expect([await statusOf(authenticator), await statusOf(authenticator)]).toEqual([200, 200]);
  expect(await statusOf(authenticator, { counter: 9 })).toBe(200);
  expect(await statusOf(authenticator)).toBe(401);
});

test("a disabled user's passkey opens nothing, and a deleted user's is unknown", async () => {
  const { user, authenticator } = await withPasskey();
  await inDatabase("update users set is_active = false where id = $1", [user.id]);
  const disabled = await logInWithPasskey(origin, authenticator);
  expect([disabled.status, disabled.text, disabled.setCookies]).toEqual([
    401,
    '{"detail":"No active account found with the given credentials"}',
    [],
  ]);
  await inDatabase("delete from users where id = $1", [user.id]);
  const { cookies, response } = await answerOf(origin, authenticator);
  await expectRefused(post(response, cookies));
});

test("an account whose passwords ask for a code opens with a passkey alone", async () => {
  const { user, authenticator } = await withPasskey();
  await inDatabase("insert into totp_secrets (user_id, is_on, sealed) values ($1, true, 'unread')", [user.id]);
  const byPassword = await call(origin, "POST", "/api/token/", { json: { username: user.username, password: user.password } });
  expect([byPassword.status, byPassword.json.code]).toEqual([401, "second_factor_required"]);
  expect(await statusOf(authenticator)).toBe(200);
});

test("whatever else a browser says beside its answer is ignored, and nothing of it is needed", async () => {
  const { authenticator } = await withPasskey();
  const { cookies, response } = await answerOf(origin, authenticator);
  const { id, rawId, type, response: inner } = response;
  expect((await post({ id, rawId, type, response: inner }, cookies)).status).toBe(200);
  const full = await answerOf(origin, authenticator);
  const extra = {
    ...full.response,
    authenticatorAttachment: null,
    clientExtensionResults: { prf: { results: { first: "AA" } }, appid: false },
    hints: ["hybrid"],
  };
  const more = { ...extra, response: { ...full.response.response, attestationObject: null, transports: ["smart-card"] } };
  expect((await post(more, full.cookies)).status).toBe(200);
});

test("EMAIL_VERIFICATION=required holds for passkeys, too", async () => {
  const settings = { DATABASE_URL: databaseUrl, AUTH_SECRET: secret, WEB_CONCURRENCY: "1", EMAIL_VERIFICATION: "required" };
  const { user, authenticator } = await withPasskey();
  const { user: verified, authenticator: other } = await withPasskey();
  await inDatabase("update users set email_verified_at = now() where id = $1", [verified.id]);
  const strict = await startServer(settings);
  try {
    const answer = await logInWithPasskey(strict.origin, authenticator);
    expect([answer.status, answer.json.code, answer.setCookies]).toEqual([401, "email_not_verified", []]);
    expect((await logInWithPasskey(strict.origin, other)).status).toBe(200);
  } finally {
    await strict.stop();
  }
  expect(await inDatabase("select from sessions where user_id = $1", [user.id])).toHaveLength(1);
});

function flipLast(bytes: Buffer): Buffer {
  const flipped = Buffer.from(bytes);
  flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
  return flipped;
}
