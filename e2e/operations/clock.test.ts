import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { codeAt } from "#e2e/authenticator-app.ts";
import { freshName, logIn, newSession, send, signUp, signUpBody } from "#e2e/client.ts";
import { claimsOf, linkKey, sign } from "#e2e/forge.ts";
import { startServer, type TestServer } from "#e2e/harness.ts";
import { recoveryToken, reset } from "#e2e/recovery.ts";
import { answerChallenge, challengeOf, newGuarded } from "#e2e/second-factor.ts";
import { shiftedClock } from "#e2e/tools/faketime.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

// The application's own clock is wrong. The database's is right, and so is this test's.

const HOUR = 3_600;
// Long enough for the steps of a test on a slow machine.
const LIFETIME = { access: 6, refresh: 13, session: 20 };
const hasFaketime = shiftedClock(0) !== undefined;

const seconds = () => Date.now() / 1_000;
const until = (time: number) => new Promise((resolve) => setTimeout(resolve, (time - seconds()) * 1_000));
const expiryOf = (cookies: Record<string, string>, which: "access" | "refresh") =>
  Number(claimsOf(cookies[`${which}_token`] ?? "").exp);

describe.skipIf(!hasFaketime && process.env.CI !== "true").each([
  ["an hour behind", -HOUR],
  ["an hour ahead", HOUR],
  ["a year ahead", 365 * 24 * HOUR],
])("with a clock that is %s", (_name, offset) => {
  let server: TestServer;
  let origin = "";
  beforeAll(async () => {
    const clock = shiftedClock(offset);
    if (!clock) throw new Error("faketime is not installed");
    server = await startServer({
      ...clock,
      DATABASE_URL: inject("databaseUrl"),
      AUTH_SECRET: inject("authSecret"),
      WEB_CONCURRENCY: "1",
      ACCESS_TOKEN_LIFETIME: String(LIFETIME.access),
      REFRESH_TOKEN_LIFETIME: String(LIFETIME.refresh),
      SESSION_LIFETIME: String(LIFETIME.session),
    });
    origin = server.origin;
    const { headers } = await send(origin, "GET", "/api/health/live/");
    const shift = Date.parse(String(headers.date)) / 1_000 - seconds();
    expect(Math.abs(shift - offset)).toBeLessThan(30);
  });
  afterAll(() => server?.stop());

  const profile = async (cookies: Record<string, string>) =>
    (await send(origin, "GET", "/api/user/profile/", { cookies })).status;
  const refresh = (cookies: Record<string, string>) => send(origin, "POST", "/api/token/refresh/", { cookies });

  test.concurrent("an access token lives for its lifetime, and an unused session ends", async () => {
    const user = await signUp(origin);
    const begun = seconds();
    const { cookies, setCookies } = await logIn(origin, user);
    const maxAges = setCookies.map((line) => Number(/Max-Age=(\d+)/.exec(line)?.[1]));
    expect(maxAges[0]).toBeGreaterThanOrEqual(LIFETIME.access - 2);
    expect(maxAges[0]).toBeLessThanOrEqual(LIFETIME.access);
    expect(maxAges[1]).toBeLessThanOrEqual(LIFETIME.refresh);
    // A token's times are whole seconds.
    expect(expiryOf(cookies, "access")).toBeGreaterThan(begun + LIFETIME.access - 2);
    expect(expiryOf(cookies, "access")).toBeLessThan(seconds() + LIFETIME.access + 2);
    expect(await profile(cookies)).toBe(200);
    await until(expiryOf(cookies, "access") + 0.5);
    expect(await profile(cookies)).toBe(401);
    const renewed = await refresh(cookies);
    expect(renewed.status).toBe(200);
    expect(await profile(renewed.cookies)).toBe(200);
    await until(expiryOf(renewed.cookies, "refresh") + 0.5);
    expect((await refresh(renewed.cookies)).status).toBe(401);
  });

  test.concurrent("a session that is used all the time ends at its lifetime", async () => {
    const user = await signUp(origin);
    const begun = seconds();
    let { cookies } = await logIn(origin, user);
    // It was opened between these two moments.
    const opened = seconds();
    let asked = opened;
    let last = await refresh(cookies);
    while (last.status === 200) {
      // Whatever time a request took, it was not made after the session's end.
      expect(asked).toBeLessThan(opened + LIFETIME.session + 1);
      cookies = last.cookies;
      // The tokens expire with the session.
      for (const which of ["access", "refresh"] as const) {
        expect(expiryOf(cookies, which)).toBeLessThanOrEqual(opened + LIFETIME.session + 1);
      }
      await until(seconds() + 1);
      asked = seconds();
      last = await unlessBusy(() => refresh(cookies));
    }
    expect(last.status).toBe(401);
    expect(seconds()).toBeGreaterThan(begun + LIFETIME.session - 1);
    expect(await profile(cookies)).toBe(401);
  });

  test.concurrent("a recovery link ends on time", async () => {
    const { email } = await signUp(origin);
    const claims = claimsOf(await recoveryToken(origin, email));
    const short = sign({ ...claims, exp: seconds() + 6 }, linkKey(inject("authSecret"), "recovery"));
    // A refused password leaves a good token good.
    expect((await reset(origin, short, "short")).json).not.toHaveProperty("token");
    await until(Number(claimsOf(short).exp) + 0.5);
    expect((await reset(origin, short, "short")).json.token).toEqual(["Invalid value"]);
  });

  test("a logout ends a session at once, and a second tab's refresh is no replay", async () => {
    const { cookies } = await newSession(origin);
    const [first, second] = await Promise.all([refresh(cookies), refresh(cookies)]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.cookies).toEqual(second.cookies);
    expect((await send(origin, "POST", "/api/user/logout/", { cookies: first.cookies })).status).toBe(200);
    expect(await profile(first.cookies)).toBe(401);
    expect((await refresh(first.cookies)).status).toBe(401);
  });

  test("a code of the true time is good, and one of the time that this clock shows is not", async () => {
    const { user, secret } = await newGuarded(origin);
    const challenge = await challengeOf(origin, user);
    const shown = codeAt(secret, new Date(Date.now() + offset * 1_000));
    expect((await answerChallenge(origin, challenge, shown)).json.code).toBe("invalid_code");
    expect((await answerChallenge(origin, challenge, codeAt(secret))).status).toBe(200);
  });

  test("a signup judges ages by the right date", async () => {
    const almost = new Date(Date.now() + 30 * 24 * HOUR * 1_000);
    almost.setUTCFullYear(almost.getUTCFullYear() - 13);
    const json = { ...signUpBody(freshName()), age: almost.toISOString().slice(0, 10) };
    const { status, json: answer } = await send(origin, "POST", "/api/user/signup/", { json });
    expect([status, answer]).toEqual([400, { age: ["You must be at least 13 years old."] }]);
  });
});
