import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { freshName, logIn, newSession, send, signUpBody } from "#e2e/client.ts";
import { askedForEmail, askForEmail, changeEmail, freshEmail, newOwner } from "#e2e/email-changes.ts";
import { claimsOf } from "#e2e/forge.ts";
import { eventually, startServer, type TestServer, withDatabase, withinPoll } from "#e2e/harness.ts";
import { launch } from "#e2e/launch.ts";
import { noMail, readMail } from "#e2e/mailbox.ts";
import { readMailAbout } from "#e2e/recovery.ts";
import { enrol, insertPasskey } from "#e2e/second-factor.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

const databaseUrl = inject("databaseUrl");
const CLEARED = [
  "access_token=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
  "refresh_token=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
];

/** One worker, which counts attempts. The shared application sends the mails. */
let server: TestServer;
let origin: string;
beforeAll(async () => {
  const settings = { WEB_CONCURRENCY: "1", RATE_LIMITS: "on", RATE_LIMIT_SIGNUP: "1000/600" };
  server = await startServer({ DATABASE_URL: databaseUrl, AUTH_SECRET: inject("authSecret"), ...settings });
  origin = server.origin;
});
afterAll(() => server.stop());

type Cookies = Record<string, string>;

const deleteAccount = (cookies: Cookies) => send(origin, "DELETE", "/api/user/account/", { cookies });
const refresh = (token = "", at = origin) => send(at, "POST", "/api/token/refresh/", { json: { refresh: token } });
const profile = (cookies: Cookies, at = origin) => send(at, "GET", "/api/user/profile/", { cookies });

/** An account that has left a trace wherever an account can: the texts of which none may be found later. */
async function busyAccount() {
  const owner = await newOwner(origin);
  const wrong = { username: owner.user.username, password: "wrong-password" };
  await send(origin, "POST", "/api/token/", { json: wrong });
  await send(origin, "POST", "/api/token/", { json: { ...wrong, username: owner.user.email } });
  await send(origin, "POST", "/api/user/reauthenticate/", { cookies: owner.cookies, json: { password: "wrong-password" } });
  const email = freshEmail();
  await changeEmail(origin, owner.cookies, owner.user.email, email);
  const pending = freshEmail();
  await askForEmail(origin, owner.cookies, pending);
  await send(origin, "POST", "/api/user/password/reset/", { json: { email } });
  const second = await logIn(origin, owner.user);
  const username = freshName();
  const renamed = await send(origin, "PATCH", "/api/user/account/", { cookies: owner.cookies, json: { username } });
  const cookies = renamed.cookies;
  await send(origin, "GET", "/api/user/account/export/", { cookies });
  const third = await logIn(origin, { ...owner.user, username });
  await send(origin, "DELETE", `/api/user/sessions/${claimsOf(third.refresh).sid}/`, { cookies });
  // A wrong guess that nothing forgives any more.
  await send(origin, "POST", "/api/token/", { json: { ...wrong, username } });
  const { user } = owner;
  await enrol(origin, cookies);
  await insertPasskey(databaseUrl, user.id, "Phone");
  // Recoveries that still wait: only their address says whose they are.
  await withDatabase(databaseUrl, (query) =>
    query(
      "insert into mails (kind, address, next_attempt_at) select 'recovery', upper(address), 'infinity' from unnest($1::text[]) address",
      [[user.email, email]],
    ),
  );
  const texts = [user.username, username, user.email, email, pending, String(claimsOf(second.refresh).sid)];
  return { user, username, email, cookies, second, texts };
}

/** Every row of every table that holds one of these texts or, in a column for it, the user's id: as "table: row". */
async function traces(userId: number, texts: string[]): Promise<string[]> {
  // A count's key names what is counted before whose it is. In another place a number may be a part of an IPv6 address.
  const isKeyOf = new RegExp(`^\\w+_account\\w*:${userId}(?::|$)`);
  return withDatabase(databaseUrl, async (query) => {
    const tables = await query(
      "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
    );
    expect(tables.length).toBeGreaterThan(8);
    const found: string[] = [];
    for (const { name } of tables) {
      for (const { row } of await query(`select to_jsonb(t) as row from "${name}" t`)) {
        const text = JSON.stringify(row).toLowerCase();
        const { id, user_id, key = "" } = row as { id?: unknown; user_id?: unknown; key?: string };
        const isById = user_id === userId || (name === "users" && id === userId) || isKeyOf.test(key);
        if (isById || texts.some((one) => text.includes(one.toLowerCase()))) found.push(`${name}: ${text}`);
      }
    }
    return found;
  });
}

const tablesOf = (found: string[]) => [...new Set(found.map((row) => row.split(":")[0]))].sort();

test("a deleted account leaves no trace in any table, but ended sessions' ids for a day and the last mail while it waits", async () => {
  const { user, email, cookies, texts } = await busyAccount();
  const before = [
    ...["email_changes", "events", "login_addresses", "mails", "passkeys", "passwords", "rate_limits", "recovery_codes"],
    ...["sessions", "totp_secrets", "users"],
  ];
  expect(tablesOf(await traces(user.id, texts))).toEqual(expect.arrayContaining(before));
  const answer = await deleteAccount(cookies);
  expect([answer.status, answer.text, answer.setCookies]).toEqual([204, "", CLEARED]);
  const left = (await traces(user.id, texts)).filter((row) => !/^mails: .*"kind":"account_deleted"/.test(row));
  expect(tablesOf(left)).toEqual(["revocations"]);
  const farewell = await lastMail(email);
  expect(farewell.subject).toBe("Your account was deleted");
  expect(farewell.text + farewell.html).not.toContain(user.username);
  await eventually(async () => tablesOf(await traces(user.id, texts)).join() === "revocations");
});

const lastMail = (email: string) => readMailAbout(email, "Your account was deleted");

test("all sessions of a deleted account end: on the worker that deleted it at once, elsewhere within a poll", async () => {
  const { user, cookies, refresh: first } = await newSession(origin);
  const other = await logIn(origin, user);
  expect((await deleteAccount(cookies)).status).toBe(204);
  for (const session of [cookies, other.cookies]) expect((await profile(session)).status).toBe(401);
  for (const token of [first, other.refresh]) expect((await refresh(token, inject("origin"))).status).toBe(401);
  await withinPoll(async () => (await profile(other.cookies, inject("origin"))).status === 401);
});

test("the name and every address of a deleted account are free at once", async () => {
  const { user, username, email, cookies } = await busyAccount();
  await deleteAccount(cookies);
  const newcomers = [
    { ...signUpBody(user.username), email: user.email },
    { ...signUpBody(username.toUpperCase()), email },
  ];
  for (const json of newcomers) expect((await send(origin, "POST", "/api/user/signup/", { json })).status).toBe(201);
});

test("several deletions at once are one, with one mail: each answers 204, or finds no session any more", async () => {
  const { user, cookies } = await newSession(origin);
  const answers = await Promise.all(Array.from({ length: 8 }, () => unlessBusy(() => deleteAccount(cookies))));
  const statuses = answers.map(({ status }) => status);
  expect(statuses).toContain(204);
  expect(statuses.filter((status) => status !== 204 && status !== 401)).toEqual([]);
  await lastMail(user.email);
  await noMail(user.email);
});

test("a link of a mail to a deleted account opens nothing", async () => {
  const { user, cookies } = await newOwner(origin);
  const token = await askedForEmail(origin, cookies, freshEmail());
  await send(origin, "POST", "/api/user/password/reset/", { json: { email: user.email } });
  const recovery = await readMail(user.email);
  await deleteAccount(cookies);
  const confirmed = await send(origin, "POST", "/api/user/email/confirm/", { json: { token } });
  const reset = { token: recovery.token, new_password: "the-hidden-fortress-1958" };
  const recovered = await send(origin, "POST", "/api/user/password/reset/confirm/", { json: reset });
  for (const { status, json } of [confirmed, recovered]) expect([status, json]).toEqual([400, { token: ["Invalid value"] }]);
});

test("an operator's deletion leaves no trace either, and sends the same mail", async () => {
  const { user, email, texts } = await busyAccount();
  const command = [process.execPath, "--import", "tsx", "bin/manage.ts", "user", "delete", email, "--yes"];
  const deletion = launch({ DATABASE_URL: databaseUrl, AUTH_SECRET: "" }, { command });
  expect([await deletion.ended, deletion.errors()]).toEqual([0, ""]);
  const left = (await traces(user.id, texts)).filter((row) => !/^mails: .*"kind":"account_deleted"/.test(row));
  expect(tablesOf(left)).toEqual(["revocations"]);
  expect((await lastMail(email)).subject).toBe("Your account was deleted");
});
