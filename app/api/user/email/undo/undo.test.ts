import { expect, inject, test } from "vitest";
import { codeAt } from "#e2e/authenticator-app.ts";
import { freshName, logIn, PASSWORD, send, signUpBody } from "#e2e/client.ts";
import {
  addressOf,
  askedForEmail,
  BAD_LINK,
  changeEmail,
  emailEventsOf,
  freshEmail,
  inDatabase,
  newOwner,
  OK,
  undoEmailChange,
} from "#e2e/email-changes.ts";
import { claimsOf, linkKey, sign } from "#e2e/forge.ts";
import { holdingAccount } from "#e2e/held-account.ts";
import { noMail, readMail } from "#e2e/mailbox.ts";
import { onOwnServer } from "#e2e/own-server.ts";
import { readMailAbout, recoveryToken } from "#e2e/recovery.ts";
import { enrol, factorsOf, forgetUsedCodes, insertPasskey, logInWithCode } from "#e2e/second-factor.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

const origin = inject("origin");
const databaseUrl = inject("databaseUrl");
const NO_ACCOUNT = '{"detail":"No active account found with the given credentials"}';
const OTHER_PASSWORD = "the-hidden-fortress-1958";

const refresh = (token: string) => send(origin, "POST", "/api/token/refresh/", { json: { refresh: token } });
const tryLogin = (username: string, password: string) => send(origin, "POST", "/api/token/", { json: { username, password } });

/** Gives the account `OTHER_PASSWORD`, as an intruder with a session could. */
async function changePassword(cookies: Record<string, string>): Promise<void> {
  const json = { current_password: PASSWORD, new_password: OTHER_PASSWORD };
  expect((await send(origin, "POST", "/api/user/password/", { cookies, json })).status).toBe(200);
}

async function expectRefused(token: unknown, why = ""): Promise<void> {
  const answer = await undoEmailChange(origin, token);
  expect([answer.status, answer.text], why).toEqual([400, BAD_LINK]);
}

test("the owner of the old address gets it back, every session ends, and a mail leads to a new password", async () => {
  const { user, cookies, refresh: asking } = await newOwner(origin);
  const email = freshEmail();
  const { undo } = await changeEmail(origin, cookies, user.email, email);
  const intruder = await logIn(origin, { username: email, password: PASSWORD });
  const answer = await undoEmailChange(origin, undo);
  expect([answer.status, answer.text, answer.setCookies]).toEqual([200, OK, []]);
  // The person who opens the link has read mail to that address.
  expect(await addressOf(user.id)).toEqual({ email: user.email, verified: true });
  for (const token of [asking, intruder.refresh]) {
    const ended = await refresh(token);
    expect([ended.status, ended.json.reason]).toEqual([401, "email_changed"]);
  }
  expect(await emailEventsOf(user.id)).toEqual(["email_changed", "email_change_undone"]);
  expect((await tryLogin(email, PASSWORD)).status).toBe(401);
  const recovery = await readMail(user.email);
  expect(recovery.token).not.toBe("");
  expect(recovery.text).toContain("You took your address back");
  expect(recovery.text).toContain("/reset-password#token=");
  // A password from before the change still logs in.
  expect((await tryLogin(user.email, PASSWORD)).status).toBe(200);
});

test("a password that was set since the change is removed, and the account without one refuses logins like any other", async () => {
  const { user, cookies } = await newOwner(origin);
  const { undo } = await changeEmail(origin, cookies, user.email, freshEmail());
  await changePassword(cookies);
  expect((await tryLogin(user.username, OTHER_PASSWORD)).status).toBe(200);
  expect((await undoEmailChange(origin, undo)).text).toBe(OK);
  expect(await inDatabase("select from passwords where user_id = $1", [user.id])).toEqual([]);
  for (const password of [PASSWORD, OTHER_PASSWORD]) {
    for (const name of [user.username, user.email]) {
      const refused = await tryLogin(name, password);
      expect([refused.status, refused.text]).toEqual([401, NO_ACCOUNT]);
    }
  }
  // The recovery gives it a password again.
  const { token } = await readMail(user.email);
  const json = { token, new_password: "throne-of-blood-1957" };
  expect((await send(origin, "POST", "/api/user/password/reset/confirm/", { json })).status).toBe(200);
  expect((await tryLogin(user.username, json.new_password)).status).toBe(200);
});

test("of codes and passkeys, what was added since the change is removed, and what was there before stays", async () => {
  const { user, cookies } = await newOwner(origin);
  await insertPasskey(databaseUrl, user.id, "Before");
  const { undo } = await changeEmail(origin, cookies, user.email, freshEmail());
  await insertPasskey(databaseUrl, user.id, "After");
  await enrol(origin, cookies);
  expect((await undoEmailChange(origin, undo)).text).toBe(OK);
  expect(await factorsOf(user.id)).toEqual({ asks: false, secrets: 0, codes: 0, passkeys: ["Before"] });
  expect((await tryLogin(user.username, PASSWORD)).status).toBe(200);
});

test("a second factor that is older than the change stays when the change is undone", async () => {
  const { user, cookies } = await newOwner(origin);
  const { secret } = await enrol(origin, cookies);
  await readMailAbout(user.email, "Your account now asks for a code, too");
  const { undo } = await changeEmail(origin, cookies, user.email, freshEmail());
  expect((await undoEmailChange(origin, undo)).text).toBe(OK);
  expect(await factorsOf(user.id)).toMatchObject({ asks: true, secrets: 1 });
  await forgetUsedCodes(user.id);
  expect((await logInWithCode(origin, user, codeAt(secret))).refresh).not.toBe("");
});

test("the recovery mail is sent however many recoveries of the address were asked for before", async () => {
  const { user, cookies } = await newOwner(origin);
  for (let count = 0; count < 5; count += 1) await recoveryToken(origin, user.email);
  expect((await send(origin, "POST", "/api/user/password/reset/", { json: { email: user.email } })).status).toBe(200);
  await noMail(user.email);
  const { undo } = await changeEmail(origin, cookies, user.email, freshEmail());
  expect((await undoEmailChange(origin, undo)).text).toBe(OK);
  expect((await readMail(user.email)).text).toContain("/reset-password#token=");
});

test("logins that are under way while the change is undone leave no session behind", async () => {
  const { user, cookies } = await newOwner(origin);
  const { undo } = await changeEmail(origin, cookies, user.email, freshEmail());
  await changePassword(cookies);
  const logins = Array.from({ length: 8 }, () => tryLogin(user.username, OTHER_PASSWORD));
  await logins[0];
  expect((await unlessBusy(() => undoEmailChange(origin, undo))).text).toBe(OK);
  await Promise.all(logins);
  expect(await inDatabase("select id from sessions where user_id = $1 and revoked_at is null", [user.id])).toEqual([]);
});

test("a link that undoes a change may be opened again while the account has the old address, also 50 times at once", async () => {
  const { user, cookies } = await newOwner(origin);
  const { undo } = await changeEmail(origin, cookies, user.email, freshEmail());
  const answers = await onOwnServer((own) =>
    holdingAccount(user.id, 2, () => Promise.all(Array.from({ length: 50 }, () => unlessBusy(() => undoEmailChange(own, undo))))),
  );
  expect(new Set(answers.map(({ text }) => text))).toEqual(new Set([OK]));
  expect(await emailEventsOf(user.id)).toEqual(["email_changed", "email_change_undone"]);
  await readMail(user.email);
  await noMail(user.email);
  // What happened afterwards stays as it is.
  const again = await logIn(origin, user);
  expect((await undoEmailChange(origin, undo)).text).toBe(OK);
  expect((await refresh(again.refresh)).status).toBe(200);
  await noMail(user.email);
  await changeEmail(origin, again.cookies, user.email, freshEmail());
  await expectRefused(undo, "the account has yet another address");
});

test("of several changes the earliest that is undone wins, and voids the undoing of those after it", async () => {
  const { user, cookies } = await newOwner(origin);
  const [second, third] = [freshEmail(), freshEmail()];
  const first = await changeEmail(origin, cookies, user.email, second);
  const later = await changeEmail(origin, cookies, second, third);
  expect((await undoEmailChange(origin, later.undo)).text).toBe(OK);
  expect(await addressOf(user.id)).toMatchObject({ email: second });
  expect((await undoEmailChange(origin, first.undo)).text).toBe(OK);
  expect(await addressOf(user.id)).toMatchObject({ email: user.email });
  await expectRefused(later.undo, "an earlier change was undone");

  const other = await newOwner(origin);
  const [b, c] = [freshEmail(), freshEmail()];
  const toB = await changeEmail(origin, other.cookies, other.user.email, b);
  const toC = await changeEmail(origin, other.cookies, b, c);
  expect((await undoEmailChange(origin, toB.undo)).text).toBe(OK);
  await expectRefused(toC.undo, "an earlier change was undone");
  expect(await addressOf(other.user.id)).toMatchObject({ email: other.user.email });
  // The addresses in between are free again, for anyone.
  for (const email of [b, c]) {
    const json = { ...signUpBody(freshName()), email };
    expect((await send(origin, "POST", "/api/user/signup/", { json })).status).toBe(201);
  }
});

test("a change that waits for its confirmation is void once another one is undone", async () => {
  const { user, cookies } = await newOwner(origin);
  const { undo } = await changeEmail(origin, cookies, user.email, freshEmail());
  const pending = await askedForEmail(origin, cookies, freshEmail());
  expect((await undoEmailChange(origin, undo)).text).toBe(OK);
  const answer = await send(origin, "POST", "/api/user/email/confirm/", { json: { token: pending } });
  expect([answer.status, answer.text]).toEqual([400, BAD_LINK]);
  expect(await addressOf(user.id)).toMatchObject({ email: user.email });
});

test("a change can be undone for 72 hours, by its own age and by the link's", async () => {
  const { user, cookies } = await newOwner(origin);
  const email = freshEmail();
  const { undo } = await changeEmail(origin, cookies, user.email, email);
  const claims = claimsOf(undo) as { iat: number; exp: number };
  expect(claims.exp - claims.iat).toBeGreaterThan(72 * 3_600 - 60);
  expect(claims.exp - claims.iat).toBeLessThanOrEqual(72 * 3_600);
  const key = linkKey(inject("authSecret"), "undo-email-change");
  await expectRefused(sign({ ...claims, exp: Date.now() / 1_000 - 5 }, key), "the link is too old");
  const age = (interval: string) =>
    inDatabase("update email_changes set changed_at = changed_at - $2::interval where user_id = $1", [user.id, interval]);
  await age("72 hours");
  await expectRefused(undo, "the change is too old");
  expect(await addressOf(user.id)).toMatchObject({ email });
  await age("-10 minutes");
  expect((await undoEmailChange(origin, undo)).text).toBe(OK);
});

test("a token that is altered, of another kind, or not signed for this is refused, and changes nothing", async () => {
  const { user, cookies, refresh: refreshToken, token } = await newOwner(origin);
  const email = freshEmail();
  const { undo, confirmation } = await changeEmail(origin, cookies, user.email, email);
  const key = linkKey(inject("authSecret"), "undo-email-change");
  const claims = claimsOf(undo);
  const [header = "", payload = "", signature = ""] = undo.split(".");
  const altered = Buffer.from(JSON.stringify({ ...claims, change: 1 })).toString("base64url");
  const bad: Record<string, string> = {
    "an access token": cookies.access_token ?? "",
    "a refresh token": refreshToken,
    "a link that confirms an address": token,
    "a link that confirmed the change": confirmation,
    "claims that the key of sessions signed": sign(claims, inject("authSecret")),
    "another change": `${header}.${altered}.${signature}`,
    "no signature": `${header}.${payload}.`,
    "a shorter signature": undo.slice(0, -1),
    "another algorithm": sign(claims, key, { alg: "HS512", typ: "JWT" }, "sha512"),
    "a change of this id from another address": sign({ ...claims, email: freshEmail() }, key),
    "a change that does not exist": sign({ ...claims, change: 1_000_000_000 }, key),
    "claims of another form": sign({ ...claims, change: String(claims.change) }, key),
    nonsense: "nonsense",
  };
  for (const [why, each] of Object.entries(bad)) await expectRefused(each, why);
  expect(await addressOf(user.id)).toMatchObject({ email });
  expect((await undoEmailChange(origin, null)).json).toEqual({ token: ["This field may not be null."] });
});

test("a mail about a change that still waits when the change is undone is not sent", async () => {
  const { user, cookies } = await newOwner(origin);
  await changeEmail(origin, cookies, user.email, freshEmail());
  const [change] = await inDatabase("select id from email_changes where user_id = $1", [user.id]);
  await inDatabase("update email_changes set undone_at = now() where user_id = $1", [user.id]);
  const facts = { change: Number(change?.id), wasVerified: true };
  await inDatabase("insert into mails (kind, user_id, address, facts) values ('email_changed', $1, $2, $3)", [
    user.id,
    user.email,
    facts,
  ]);
  await noMail(user.email);
  // Nor is one that leads to a new password, once the account has yet another address.
  const email = freshEmail();
  await inDatabase("insert into mails (kind, user_id, address, facts) values ('email_restored', $1, $2, '{}')", [user.id, email]);
  await noMail(email);
});
