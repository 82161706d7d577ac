import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { newBareAccount } from "#e2e/bare-account.ts";
import { logIn, newSession, PASSWORD, send, signUp } from "#e2e/client.ts";
import { dump } from "#e2e/dump.ts";
import { askedForEmail, freshEmail, newOwner } from "#e2e/email-changes.ts";
import { eventually, startServer, type TestServer, withDatabase } from "#e2e/harness.ts";
import { noMail, readMail } from "#e2e/mailbox.ts";
import { readMailAbout } from "#e2e/recovery.ts";

// What settings change about addresses, on a server of its own. The shared server sends the mails: both have one outbox.

const databaseUrl = inject("databaseUrl");
const NOT_VERIFIED = '{"detail":"E-mail address is not verified.","code":"email_not_verified"}';
const settings = { DATABASE_URL: databaseUrl, AUTH_SECRET: inject("authSecret"), TRUSTED_PROXIES: "127.0.0.1,::1" };
// One worker, which hears too late of what another has ended: it must know by itself.
const worker = { WEB_CONCURRENCY: "1", REVOCATION_POLL_MS: "20000" };
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ ...settings, ...worker, RATE_LIMITS: "on", EMAIL_VERIFICATION: "required" });
});
afterAll(() => server.stop());

const query = (text: string, values: unknown[]) => withDatabase(databaseUrl, (run) => run(text, values));
const tryLogin = (username: string, password = PASSWORD) =>
  send(server.origin, "POST", "/api/token/", { json: { username, password }, headers: freshClient() });
// Limits are counted in the database that all test files share: each use of a link comes from an address of its own.
const use = (path: "confirm" | "undo", token: unknown) =>
  send(server.origin, "POST", `/api/user/email/${path}/`, { json: { token }, headers: freshClient() });

let last = 0;
/** A client at an address of its own (RFC 3849). */
function freshClient() {
  last += 1;
  return { "x-forwarded-for": `2001:db8:${last.toString(16)}:${Math.floor(Math.random() * 0xffff).toString(16)}::1` };
}

test("where verification is required, a right password opens no session before the address is confirmed, and sends the mail again", async () => {
  const user = await signUp(inject("origin"));
  await readMailAbout(user.email, "Welcome to MovieConnect: please confirm your address");
  for (const name of [user.username, user.email]) {
    const refused = await tryLogin(name);
    expect([refused.status, refused.text, refused.setCookies]).toEqual([401, NOT_VERIFIED, []]);
    expect(refused.headers["www-authenticate"]).toBe('Bearer realm="api"');
  }
  expect(await query("select id from sessions where user_id = $1", [user.id])).toEqual([]);
  const events = await query("select event from events where user_id = $1 order by id", [user.id]);
  expect(events.map(({ event }) => event)).toEqual(["signup", "login_refused", "login_refused"]);
  const { token } = await readMailAbout(user.email, "Please confirm your address");
  expect((await use("confirm", token)).status).toBe(200);
  expect((await tryLogin(user.username)).status).toBe(200);
});

test("where verification is required, an account without an address opens no session, and no mail is written", async () => {
  const user = await newBareAccount(inject("origin"), databaseUrl);
  const refused = await tryLogin(user.username);
  expect([refused.status, refused.text, refused.setCookies]).toEqual([401, NOT_VERIFIED, []]);
  expect(await query("select id from mails where user_id = $1", [user.id])).toEqual([]);
});

test("a wrong password does not tell whether the address is verified, and sends nothing", async () => {
  const user = await signUp(inject("origin"));
  await readMail(user.email);
  const refused = await tryLogin(user.username, "wrong-password");
  expect([refused.status, refused.text]).toEqual([401, '{"detail":"No active account found with the given credentials"}']);
  await noMail(user.email);
});

test("a right password of an unverified address is no guess, and sends at most five mails an hour", async () => {
  const user = await signUp(inject("origin"));
  for (let count = 0; count < 12; count += 1) expect((await tryLogin(user.username)).text).toBe(NOT_VERIFIED);
  await eventually(async () => (await query("select from mails where user_id = $1 and outcome is null", [user.id])).length === 0);
  const sent = await query("select from mails where user_id = $1 and kind = 'confirm_email' and outcome = 'sent'", [user.id]);
  expect(sent.length).toBeLessThanOrEqual(5);
});

test("a session that was opened before verification was required goes on", async () => {
  const { cookies } = await newSession(inject("origin"));
  expect((await send(server.origin, "POST", "/api/token/refresh/", { cookies })).status).toBe(200);
});

test("the worker that confirms or undoes a change refuses the sessions that it ended at once", async () => {
  const { user, cookies } = await newOwner(inject("origin"));
  const other = await logIn(inject("origin"), user);
  const profile = async (each: typeof cookies) =>
    (await send(server.origin, "GET", "/api/user/profile/", { cookies: each })).status;
  expect([await profile(cookies), await profile(other.cookies)]).toEqual([200, 200]);
  const token = await askedForEmail(inject("origin"), cookies, freshEmail());
  expect((await use("confirm", token)).status).toBe(200);
  expect([await profile(cookies), await profile(other.cookies)]).toEqual([200, 401]);
  const { token: undo } = await readMailAbout(user.email, "The address of your account was changed");
  expect((await use("undo", undo)).status).toBe(200);
  expect(await profile(cookies)).toBe(401);
});

test("no table and no line of the log holds a link's token, before or after its use", async () => {
  const { user, cookies, token } = await newOwner(inject("origin"));
  const email = freshEmail();
  const change = await askedForEmail(inject("origin"), cookies, email);
  const tokens = [token, change];
  await expectUnknown(tokens);
  for (const each of [token, `${change}x`]) await use("confirm", each);
  expect((await use("confirm", change)).status).toBe(200);
  tokens.push((await readMailAbout(user.email, "The address of your account was changed")).token);
  await expectUnknown(tokens);
  expect((await use("undo", tokens[2])).status).toBe(200);
  tokens.push((await readMailAbout(user.email, "Set a new password")).token);
  await expectUnknown(tokens);
  // The server has logged these requests: the search finds what is there.
  expect(server.output()).toContain("/api/user/email/undo");
});

async function expectUnknown(tokens: string[]): Promise<void> {
  const places = { tables: await dump(databaseUrl), log: server.output() };
  expect(places.tables).toContain("users (");
  for (const [place, text] of Object.entries(places)) {
    for (const token of tokens) {
      expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
      const [, payload = "", signature = ""] = token.split(".");
      for (const part of [payload, signature]) expect(text.includes(part), `${place} hold ${part}`).toBe(false);
    }
  }
}
