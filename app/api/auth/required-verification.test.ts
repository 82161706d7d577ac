import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { freshName, PASSWORD, send, signUp } from "#e2e/client.ts";
import { inDatabase } from "#e2e/email-changes.ts";
import { readMail } from "#e2e/mailbox.ts";
import { startWithProviders, type WithProviders } from "#e2e/providers/start-with-providers.ts";
import { endOf, newVisitor, sessionCookiesOf, signInAt, signUpAt } from "#e2e/providers/visitor.ts";

// EMAIL_VERIFICATION=required holds at this door, too. The shared server sends the mails: both have one outbox.

let running: WithProviders;
let origin = "";
beforeAll(async () => {
  const database = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret") };
  running = await startWithProviders({ ...database, EMAIL_VERIFICATION: "required" });
  origin = running.origin;
});
afterAll(() => running?.stop());

test("where verification is required, an address that the provider has not verified opens no session before it is confirmed", async () => {
  const name = freshName();
  const email = `${name}@example.com`;
  running.oidc.people.set(name, { sub: name, name, email, email_verified: false });
  const visitor = newVisitor(origin);
  await signInAt(visitor, "oidc", name);
  const json = { username: name, age: "1990-01-02", email };
  const made = await visitor.send("POST", "/api/user/signup/complete/", { json });
  expect([made.status, sessionCookiesOf(made)]).toEqual([201, []]);
  await readMail(email);
  const refused = await signInAt(newVisitor(origin), "oidc", name, { next: "/films" });
  expect(endOf(refused)).toMatchObject({ path: "/login", error: "email_not_verified", next: "/films" });
  expect(sessionCookiesOf(refused)).toEqual([]);
  const { token } = await readMail(email);
  expect((await send(origin, "POST", "/api/user/email/confirm/", { json: { token } })).status).toBe(200);
  expect(sessionCookiesOf(await signInAt(newVisitor(origin), "oidc", name)).length).toBe(2);
});

test("where verification is required, an address that the provider has verified opens a session at once, and no other one does", async () => {
  const name = freshName();
  expect(sessionCookiesOf(await signUpAt(newVisitor(origin), "oidc", name)).length).toBe(2);
  const other = freshName();
  const visitor = newVisitor(origin);
  await signInAt(visitor, "oidc", other);
  const json = { username: other, age: "1990-01-02", email: `${other}@elsewhere.example` };
  const made = await visitor.send("POST", "/api/user/signup/complete/", { json });
  expect([made.status, sessionCookiesOf(made)]).toEqual([201, []]);
});

test("where verification is required, an unverified address is refused at either door before a second factor is asked for", async () => {
  const guard = (id: number) => inDatabase("insert into totp_secrets (user_id, is_on, sealed) values ($1, true, '')", [id]);
  const { id, username } = await signUp(origin);
  await guard(id);
  const login = await send(origin, "POST", "/api/token/", { json: { username, password: PASSWORD } });
  expect([login.status, login.json]).toEqual([401, { detail: "E-mail address is not verified.", code: "email_not_verified" }]);
  const name = freshName();
  const visitor = newVisitor(origin);
  await signInAt(visitor, "oidc", name);
  const json = { username: name, age: "1990-01-02", email: `${name}@elsewhere.example` };
  await guard((await visitor.send("POST", "/api/user/signup/complete/", { json })).json.id);
  const arrived = await signInAt(newVisitor(origin), "oidc", name);
  expect(endOf(arrived)).toMatchObject({ path: "/login", error: "email_not_verified" });
  expect(arrived.cookies.second_factor).toBeUndefined();
});
