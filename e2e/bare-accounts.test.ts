import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { codeAt } from "./authenticator-app.ts";
import { newBareSession } from "./bare-account.ts";
import { newSession, PASSWORD, type Sent, send } from "./client.ts";
import { askedForEmail, confirmEmail, freshEmail, undoEmailChange } from "./email-changes.ts";
import { eventNames } from "./events-of.ts";
import { startServer, type TestServer, withDatabase } from "./harness.ts";
import { noMail, readMail } from "./mailbox.ts";
import { fetchDocument } from "./openapi.ts";
import { addPasskey, call, logInWithPasskey } from "./passkeys.ts";
import { recoveryToken } from "./recovery.ts";
import { forgetUsedCodes } from "./second-factor.ts";
import { newAuthenticator } from "./software-authenticator.ts";

// Accounts without an address and without a birth date: they came from a Django that asked for neither.

const databaseUrl = inject("databaseUrl");
const shared = inject("origin");
const OTHER_PASSWORD = "the-hidden-fortress-1958";
const FIREFOX = { "user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0" };

/** A site of the name localhost, for passkeys, and with a provider. The shared application makes the accounts and sends the mails. */
let server: TestServer;
let origin = "";
beforeAll(async () => {
  const provider = { AUTH_GITHUB_ID: "an-id", AUTH_GITHUB_SECRET: "a-secret" };
  const settings = { DATABASE_URL: databaseUrl, AUTH_SECRET: inject("authSecret"), WEB_CONCURRENCY: "1" };
  server = await startServer({ ...settings, ...provider });
  origin = server.origin;
});
afterAll(() => server.stop());

const query = (text: string, values: unknown[]) => withDatabase(databaseUrl, (run) => run(text, values));

test("an account without an address and a birth date is served at every documented endpoint of an account", async () => {
  const { user, ...first } = await newBareSession(shared, databaseUrl);
  const { username } = user;
  let cookies = first.cookies;
  const called = new Set<string>();
  const ask = async (operation: string, status: number, sent: Sent = {}, path = operation.split(" ")[1] ?? "") => {
    called.add(operation);
    const answer = await call(origin, operation.split(" ")[0] ?? "", path, { cookies, ...sent });
    expect(answer.status, `${operation} ${answer.text}`).toBe(status);
    cookies = { ...cookies, ...answer.cookies };
    return answer;
  };

  const account = await ask("GET /api/user/account/", 200);
  expect(account.json).toMatchObject({ username, email: null, email_verified: false, age: null });
  await ask("GET /api/user/profile/", 200);
  await ask("PATCH /api/user/account/", 200, { json: { username: `${username}x` } });
  const young = await ask("PATCH /api/user/account/", 400, { json: { age: `${new Date().getUTCFullYear() - 1}-01-01` } });
  expect(young.json).toEqual({ age: ["You must be at least 13 years old."] });
  await ask("POST /api/user/reauthenticate/", 200, { json: { password: PASSWORD } });
  const { json: exported } = await ask("GET /api/user/account/export/", 200);
  expect(exported.account).toEqual([expect.objectContaining({ email: null, birth_date: null })]);
  await ask("POST /api/user/password/", 200, { json: { current_password: PASSWORD, new_password: OTHER_PASSWORD } });
  await ask("POST /api/user/email/resend/", 200);
  await ask("POST /api/user/email/confirm/", 400, { json: { token: "x" } });
  await ask("POST /api/user/email/undo/", 400, { json: { token: "x" } });
  await ask("POST /api/user/password/reset/", 200, { json: { email: user.email } });
  await ask("POST /api/user/password/reset/confirm/", 400, { json: { token: "x", new_password: PASSWORD } });
  await ask("GET /api/user/events/", 200);
  await ask("POST /api/user/signup/", 400, { json: {} });
  await ask("POST /api/user/signup/complete/", 400, { json: {} });
  await ask("POST /api/user/providers/{provider}/", 200, {}, "/api/user/providers/github/");
  await ask("DELETE /api/user/providers/{provider}/", 404, {}, "/api/user/providers/github/");

  const authenticator = newAuthenticator();
  await ask("POST /api/user/passkeys/options/", 200);
  await ask("POST /api/user/passkeys/", 400, { json: {} });
  const { id: passkey } = (await addPasskey(origin, cookies, authenticator)).json;
  await ask("GET /api/user/passkeys/", 200);
  await ask("PATCH /api/user/passkeys/{id}/", 200, { json: { name: "My phone" } }, `/api/user/passkeys/${passkey}/`);
  await ask("POST /api/token/passkey/options/", 200, { cookies: {} });
  await ask("POST /api/token/passkey/", 400, { cookies: {}, json: {} });
  expect((await logInWithPasskey(origin, authenticator)).status).toBe(200);
  await ask("DELETE /api/user/passkeys/{id}/", 204, {}, `/api/user/passkeys/${passkey}/`);

  // From a device that was not seen before.
  const login = { username: `${username}x`, password: OTHER_PASSWORD };
  await ask("POST /api/token/", 200, { cookies: {}, headers: FIREFOX, json: login });
  await ask("POST /api/token/refresh/", 200);
  const { secret } = (await ask("POST /api/user/totp/", 200)).json;
  await ask("POST /api/user/totp/confirm/", 200, { json: { code: codeAt(secret) } });
  await forgetUsedCodes(user.id, databaseUrl);
  await ask("POST /api/user/recovery-codes/", 200);
  const { challenge } = (await ask("POST /api/token/", 401, { cookies: {}, json: login })).json;
  await ask("POST /api/token/second-factor/", 200, { cookies: {}, json: { challenge, code: codeAt(secret) } });
  await ask("DELETE /api/user/totp/", 204);
  const { json: sessions } = await ask("GET /api/user/sessions/", 200);
  await ask("DELETE /api/user/sessions/{id}/", 404, {}, `/api/user/sessions/${sessions[0].id}x/`);
  await ask("DELETE /api/user/sessions/", 200);
  const events = await eventNames(origin, cookies);
  expect(events).toEqual(expect.arrayContaining(["new_device", "password_changed", "passkey_added", "totp_removed"]));
  expect(await query("select kind from mails where user_id = $1", [user.id])).toEqual([]);
  await ask("POST /api/user/email/", 200, { json: { email: freshEmail() } });
  await ask("POST /api/user/logout/", 200);
  await ask("POST /api/token/", 200, { cookies: {}, json: login });
  await ask("DELETE /api/user/account/", 204);
  expect(await query("select id from users where id = $1", [user.id])).toEqual([]);

  const { paths } = await fetchDocument(origin);
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const own = documented.filter((operation) => /^(GET|POST|PATCH|DELETE) \/api\/(user|token)\/(.*\/)?$/.test(operation));
  expect(own.filter((operation) => !called.has(operation))).toEqual([]);
});

test("a first address is the account's once it is confirmed: other sessions end, a recovery finds it, and nothing can be undone", async () => {
  const { user, cookies } = await newBareSession(shared, databaseUrl);
  const other = await call(shared, "POST", "/api/token/", { json: { username: user.username, password: PASSWORD } });
  const [email, late] = [freshEmail(), freshEmail()];
  const overtaken = await askedForEmail(shared, cookies, late);
  const token = await askedForEmail(shared, cookies, email);
  expect((await confirmEmail(shared, token)).text).toBe('{"detail":"ok"}');
  expect((await confirmEmail(shared, overtaken)).status).toBe(400);
  const account = await call(shared, "GET", "/api/user/account/", { cookies });
  expect(account.json).toMatchObject({ email, email_verified: true });
  const ended = await call(shared, "POST", "/api/token/refresh/", { cookies: other.cookies });
  expect([ended.status, ended.json.reason]).toEqual([401, "email_changed"]);
  expect((await eventNames(shared, cookies))[0]).toBe("email_changed");
  expect(await query("select id from email_changes where user_id = $1", [user.id])).toEqual([]);
  await noMail(email);
  expect(await recoveryToken(shared, email)).not.toBe("");
});

test("a second address can be undone for the first, and not beyond it", async () => {
  const { user, cookies } = await newBareSession(shared, databaseUrl);
  const [first, second] = [freshEmail(), freshEmail()];
  for (const email of [first, second]) await confirmEmail(shared, await askedForEmail(shared, cookies, email));
  const { token } = await readMail(first);
  expect((await undoEmailChange(shared, token)).status).toBe(200);
  expect(await query("select email from users where id = $1", [user.id])).toEqual([{ email: first }]);
});

test("the page of the birth date goes on without scripts, to a path of this site alone; an account that has a date is sent on", async () => {
  const bare = await newBareSession(shared, databaseUrl);
  for (const [next, path] of [
    ["/account#devices", "/account#devices"],
    ["//evil.example/", "/"],
  ] as const) {
    const page = `/birth-date?${new URLSearchParams({ next })}`;
    const { status, text } = await send(shared, "GET", page, { cookies: bare.cookies });
    expect([status, /<a href="([^"]*)"[^>]*>Not now</.exec(text)?.[1]]).toEqual([200, path]);
    const { cookies } = await newSession(shared);
    const sent = await send(shared, "GET", page, { cookies });
    expect([sent.status, sent.headers.location]).toEqual([307, path]);
  }
});
