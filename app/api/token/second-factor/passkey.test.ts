import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { changeSession } from "#e2e/change-session.ts";
import { newSession, type Sent } from "#e2e/client.ts";
import { eventNames } from "#e2e/events-of.ts";
import { startServer, type TestServer } from "#e2e/harness.ts";
import { addPasskey, answerOf, call, siteOf } from "#e2e/passkeys.ts";
import { answerChallenge, challengeOf, enrol } from "#e2e/second-factor.ts";
import { newAuthenticator } from "#e2e/software-authenticator.ts";

// A passkey in the place of a code: after a password, and as a proof of who holds a session.

const databaseUrl = inject("databaseUrl");
const INVALID_PASSKEY = '{"detail":"Passkey is not valid.","code":"passkey_not_valid"}';
const INVALID_CHALLENGE = '{"detail":"Token is invalid or expired","code":"token_not_valid"}';

/** Without PUBLIC_URL, so that it is a site of the name localhost. Three wrong proofs are too many. */
let server: TestServer;
let origin = "";
beforeAll(async () => {
  const limits = { RATE_LIMITS: "on", RATE_LIMIT_LOGIN_ACCOUNT_ADDRESS: "3/600" };
  server = await startServer({ DATABASE_URL: databaseUrl, AUTH_SECRET: inject("authSecret"), WEB_CONCURRENCY: "1", ...limits });
  origin = server.origin;
});
afterAll(() => server.stop());

/** An address of its own for each account: limits are counted for an address, too. */
let addresses = 0;
const nextAddress = () => `127.3.${Math.floor(++addresses / 250)}.${(addresses % 250) + 1}`;

async function withPasskey({ hasCodes = true } = {}) {
  const session = await newSession(inject("origin"));
  const authenticator = newAuthenticator();
  const added = await addPasskey(origin, session.cookies, authenticator);
  expect(added.status, added.text).toBe(201);
  if (hasCodes) await enrol(origin, session.cookies);
  return { ...session, authenticator, localAddress: nextAddress() };
}

const answer = (json: unknown, cookies: Sent["cookies"] = {}, localAddress = nextAddress()) =>
  call(origin, "POST", "/api/token/second-factor/", { json, cookies, localAddress });
const prove = (session: Record<string, string>, sent: Record<string, string>, passkey: unknown, localAddress?: string) =>
  call(origin, "POST", "/api/user/reauthenticate/", {
    cookies: { ...session, ...sent },
    json: { passkey },
    ...(localAddress && { localAddress }),
  });

test("after a password a passkey takes the place of a code, once", async () => {
  const { user, authenticator } = await withPasskey();
  const challenge = await challengeOf(origin, user);
  const { cookies, response } = await answerOf(origin, authenticator);
  const opened = await answer({ challenge, passkey: response }, cookies);
  expect([opened.status, Object.keys(opened.json)]).toEqual([200, ["refresh"]]);
  expect(Object.keys(opened.cookies).sort()).toEqual(["access_token", "refresh_token"]);
  const again = await answer({ challenge, passkey: response }, cookies);
  expect([again.status, again.text]).toEqual([401, INVALID_CHALLENGE]);
  // The passkey's own challenge is used up, too.
  const replayed = await answer({ challenge: await challengeOf(origin, user), passkey: response }, cookies);
  expect([replayed.status, replayed.text, replayed.setCookies]).toEqual([401, INVALID_PASSKEY, []]);
});

test("after a password another account's passkey, a forged one and another browser's are refused, and the challenge stays good", async () => {
  const { user, authenticator, cookies: session } = await withPasskey();
  const other = await withPasskey({ hasCodes: false });
  const challenge = await challengeOf(origin, user);
  const theirs = await answerOf(origin, other.authenticator);
  const forged = await answerOf(origin, newAuthenticator());
  const evil = await answerOf(origin, authenticator, { lies: { origin: "https://evil.example" } });
  const mine = await answerOf(origin, authenticator);
  for (const [passkey, cookies] of [
    [theirs.response, theirs.cookies],
    [forged.response, forged.cookies],
    [evil.response, evil.cookies],
    [mine.response, theirs.cookies],
    [{}, mine.cookies],
  ] as const) {
    const refused = await answer({ challenge, passkey }, cookies);
    expect([refused.status, refused.text, refused.setCookies]).toEqual([401, INVALID_PASSKEY, []]);
  }
  expect((await eventNames(origin, session)).filter((name) => name === "login_refused")).toHaveLength(5);
  expect((await answer({ challenge, passkey: mine.response }, mine.cookies)).status).toBe(200);
});

test("a challenge of a password and a challenge of a passkey do not pass for each other", async () => {
  const { user, authenticator } = await withPasskey();
  const challenge = await challengeOf(origin, user);
  const { cookies, options } = await (async () => {
    const asked = await call(origin, "POST", "/api/token/passkey/options/");
    return { options: asked.json, cookies: asked.cookies };
  })();
  const swapped = authenticator.sign({ ...options, challenge: Buffer.from(challenge).toString("base64url") }, siteOf(origin));
  expect((await answer({ challenge, passkey: swapped }, cookies)).text).toBe(INVALID_PASSKEY);
  const signed = authenticator.sign(options, siteOf(origin));
  const other = Buffer.from(options.challenge, "base64url").toString();
  expect((await answer({ challenge: other, passkey: signed }, cookies)).text).toBe(INVALID_CHALLENGE);
});

test("a body without a code and a passkey, or with a passkey that is no object, is told so", async () => {
  const { user } = await withPasskey();
  const challenge = await challengeOf(origin, user);
  expect((await answer({ challenge })).json).toEqual({ code: ["This field is required."] });
  for (const passkey of [null, 7, "x", []]) expect((await answer({ challenge, passkey })).status).toBe(400);
  expect((await answerChallenge(origin, challenge, "000000x")).status).toBe(401);
});

test.each([true, false])("a passkey proves who holds a session, once (with codes: %s)", async (hasCodes) => {
  const { cookies: session, refresh, authenticator, localAddress } = await withPasskey({ hasCodes });
  await changeSession(databaseUrl, refresh, "authenticated_at = authenticated_at - interval '1 year'");
  const methods = hasCodes ? ["totp", "recovery_code", "passkey"] : ["password", "passkey"];
  const options = () => call(origin, "POST", "/api/user/passkeys/options/", { cookies: session });
  expect((await options()).json.methods).toEqual(methods);
  const { cookies, response } = await answerOf(origin, authenticator);
  const proved = await prove(session, cookies, response, localAddress);
  expect([proved.status, proved.text]).toEqual([200, '{"detail":"Reauthenticated.","expires_in":600}']);
  expect(Object.keys(proved.cookies).sort()).toEqual(["access_token", "refresh_token"]);
  expect((await options()).status).toBe(200);
  const replayed = await prove(session, cookies, response, localAddress);
  expect([replayed.status, replayed.text, replayed.setCookies]).toEqual([400, '{"passkey":["Invalid passkey."]}', []]);
});

test("another account's passkey proves nothing, and a wrong one counts as a wrong login", async () => {
  const { user, cookies: session, refresh, authenticator, localAddress } = await withPasskey({ hasCodes: false });
  await changeSession(databaseUrl, refresh, "authenticated_at = authenticated_at - interval '1 year'");
  const other = await withPasskey({ hasCodes: false });
  const theirs = await answerOf(origin, other.authenticator);
  const mine = await answerOf(origin, authenticator);
  const refused = await prove(session, theirs.cookies, theirs.response, localAddress);
  expect([refused.status, refused.json]).toEqual([400, { passkey: ["Invalid passkey."] }]);
  expect((await call(origin, "POST", "/api/user/passkeys/options/", { cookies: session })).status).toBe(403);
  // The right one forgives the wrong one.
  expect((await prove(session, mine.cookies, mine.response, localAddress)).status).toBe(200);
  for (const status of [400, 400, 400, 429]) {
    expect((await prove(session, mine.cookies, mine.response, localAddress)).status).toBe(status);
  }
  const { username, password } = user;
  const login = { json: { username, password }, localAddress };
  expect((await call(origin, "POST", "/api/token/", login)).status).toBe(429);
});
