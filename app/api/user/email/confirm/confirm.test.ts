import { expect, inject, test } from "vitest";
import { logIn, newSession, send } from "#e2e/client.ts";
import {
  addressOf,
  askedForEmail,
  BAD_LINK,
  changeEmail,
  confirmEmail,
  emailEventsOf,
  freshEmail,
  inDatabase,
  newOwner,
  OK,
} from "#e2e/email-changes.ts";
import { claimsOf, linkKey, sign } from "#e2e/forge.ts";
import { withinPoll } from "#e2e/harness.ts";
import { noMail, readMail } from "#e2e/mailbox.ts";
import { onOwnServer } from "#e2e/own-server.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

const origin = inject("origin");
const key = linkKey(inject("authSecret"), "confirm-email");
const MISTYPED = "someone had typed your address by mistake";

const refresh = (token: string) => send(origin, "POST", "/api/token/refresh/", { json: { refresh: token } });
const tryLogin = (username: string, password: string) => send(origin, "POST", "/api/token/", { json: { username, password } });

async function expectRefused(token: unknown, why = ""): Promise<void> {
  const answer = await confirmEmail(origin, token);
  expect([answer.status, answer.text], why).toEqual([400, BAD_LINK]);
}

test("the link of the welcome verifies the address, once, and may be opened again", async () => {
  const { user } = await newSession(origin);
  const mail = await readMail(user.email);
  expect(mail.subject).toBe("Welcome to MovieConnect: please confirm your address");
  // Nobody has confirmed yet that the mailbox is the account's, so the mail shows nothing that a stranger could have chosen.
  expect(mail.text + mail.html).not.toContain(user.username);
  expect(await addressOf(user.id)).toEqual({ email: user.email, verified: false });
  for (let time = 0; time < 2; time += 1) {
    const answer = await confirmEmail(origin, mail.token);
    expect([answer.status, answer.text, answer.setCookies]).toEqual([200, OK, []]);
    expect(await addressOf(user.id)).toEqual({ email: user.email, verified: true });
  }
  expect(await emailEventsOf(user.id)).toEqual(["email_verified"]);
  await noMail(user.email);
});

test("a link works in another browser, and in one where somebody else is signed in, whom it does not concern", async () => {
  const [owner, other] = [await newOwner(origin), await newOwner(origin)];
  expect((await confirmEmail(origin, owner.token, other.cookies)).text).toBe(OK);
  expect(await addressOf(owner.user.id)).toMatchObject({ verified: true });
  expect(await addressOf(other.user.id)).toMatchObject({ verified: false });
});

test("a confirmed change gives the account the address, tells the old one, and ends every session but the one that asked", async () => {
  const { user, cookies, refresh: asking } = await newOwner(origin);
  const other = await logIn(origin, user);
  const email = freshEmail();
  const token = await askedForEmail(origin, cookies, email);
  expect((await confirmEmail(origin, token)).text).toBe(OK);
  expect(await addressOf(user.id)).toEqual({ email, verified: true });
  expect(await emailEventsOf(user.id)).toEqual(["email_changed"]);
  const ended = await refresh(other.refresh);
  expect([ended.status, ended.json.reason]).toEqual([401, "email_changed"]);
  const profile = () => send(origin, "GET", "/api/user/profile/", { cookies: other.cookies });
  await withinPoll(async () => (await profile()).status === 401);
  expect((await refresh(asking)).status).toBe(200);
  expect((await tryLogin(email, user.password)).status).toBe(200);
  expect((await tryLogin(user.email, user.password)).status).toBe(401);
  const notice = await readMail(user.email);
  expect(notice.subject).toBe("The address of your account was changed");
  expect(notice.token).not.toBe("");
  expect(notice.text + notice.html).not.toContain(email);
  // Nobody had confirmed the old address: a stranger may read this.
  expect(notice.text).toContain(MISTYPED);
  // The second use changes nothing, and tells nobody.
  expect((await confirmEmail(origin, token)).text).toBe(OK);
  expect(await emailEventsOf(user.id)).toEqual(["email_changed"]);
  await noMail(user.email);
  expect((await confirmEmail(origin, await askedForEmail(origin, cookies, freshEmail()))).text).toBe(OK);
  expect((await readMail(email)).text).not.toContain(MISTYPED);
});

test("a change of an address' case alone is a change", async () => {
  const { user, cookies } = await newOwner(origin);
  const email = user.email.toUpperCase();
  await changeEmail(origin, cookies, user.email, email);
  expect(await addressOf(user.id)).toEqual({ email, verified: true });
});

test("50 uses of a link at once make one change", async () => {
  const { user, cookies } = await newOwner(origin);
  const token = await askedForEmail(origin, cookies, freshEmail());
  const answers = await onOwnServer((own) =>
    Promise.all(Array.from({ length: 50 }, () => unlessBusy(() => confirmEmail(own, token)))),
  );
  expect(new Set(answers.map(({ text }) => text))).toEqual(new Set([OK]));
  expect(await emailEventsOf(user.id)).toEqual(["email_changed"]);
  expect(await inDatabase("select old_email from email_changes where user_id = $1", [user.id])).toEqual([
    { old_email: user.email },
  ]);
  await readMail(user.email);
  await noMail(user.email);
});

test("a link is good for a day", async () => {
  const { user, token } = await newOwner(origin);
  const claims = claimsOf(token) as { iat: number; exp: number };
  expect(claims.exp - claims.iat).toBe(86_400);
  await expectRefused(sign({ ...claims, exp: Date.now() / 1_000 - 5 }, key));
  expect(await addressOf(user.id)).toMatchObject({ verified: false });
  // The same forgery with time left is accepted: it was the time alone.
  expect((await confirmEmail(origin, sign({ ...claims, exp: Date.now() / 1_000 + 60 }, key))).text).toBe(OK);
});

test("a token that is altered, of another kind, or not signed for this is refused, and changes nothing", async () => {
  const { user, cookies, refresh: refreshToken, token } = await newOwner(origin);
  const changed = await newOwner(origin);
  const { undo } = await changeEmail(origin, changed.cookies, changed.user.email, freshEmail());
  const claims = claimsOf(token);
  const [header = "", payload = "", signature = ""] = token.split(".");
  const altered = Buffer.from(JSON.stringify({ ...claims, user_id: changed.user.id })).toString("base64url");
  const bad: Record<string, string> = {
    "an access token": cookies.access_token ?? "",
    "a refresh token": refreshToken,
    "a link that undoes a change": undo,
    "claims that the key of sessions signed": sign(claims, inject("authSecret")),
    "claims that the key of another kind of link signed": sign(claims, linkKey(inject("authSecret"), "undo-email-change")),
    "another user's id": `${header}.${altered}.${signature}`,
    "no signature": `${header}.${payload}.`,
    "a shorter signature": token.slice(0, -1),
    "a changed signature": `${header}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`,
    "another algorithm": sign(claims, key, { alg: "HS512", typ: "JWT" }, "sha512"),
    "no algorithm": `${Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url")}.${payload}.`,
    "a second payload": `${header}.${payload}.${payload}.${signature}`,
    "white space": `${token} x`,
    "a user that does not exist": sign({ ...claims, user_id: 1_000_000_000 }, key),
    "claims of another form": sign({ ...claims, user_id: String(user.id) }, key),
    nonsense: "nonsense",
  };
  for (const [why, each] of Object.entries(bad)) await expectRefused(each, why);
  expect(await addressOf(user.id)).toEqual({ email: user.email, verified: false });
  expect((await confirmEmail(origin, 5)).json).toEqual({ token: ["Not a valid string."] });
  expect((await confirmEmail(origin, undefined)).json).toEqual({ token: ["This field is required."] });
  expect((await confirmEmail(origin, token)).text).toBe(OK);
});

test("GET and HEAD of a link's endpoints change nothing", async () => {
  const { user, token } = await newOwner(origin);
  for (const method of ["GET", "HEAD"]) {
    for (const path of ["confirm", "undo"]) {
      const sent = { json: { token } };
      expect((await send(origin, method, `/api/user/email/${path}/`, sent)).status).toBe(405);
      expect((await send(origin, method, `/api/user/email/${path}/?token=${token}`)).status).toBe(405);
    }
    await send(origin, method, `/confirm-email?token=${token}`);
  }
  expect(await addressOf(user.id)).toMatchObject({ verified: false });
});

test("a link to a new address is void once the address or the password is another one", async () => {
  const otherChange = await newOwner(origin);
  const first = await askedForEmail(origin, otherChange.cookies, freshEmail());
  await changeEmail(origin, otherChange.cookies, otherChange.user.email, freshEmail());
  await expectRefused(first, "another change was confirmed");

  const thereAndBack = await newOwner(origin);
  const { user, cookies } = thereAndBack;
  const pending = await askedForEmail(origin, cookies, freshEmail());
  const email = freshEmail();
  await changeEmail(origin, cookies, user.email, email);
  await changeEmail(origin, cookies, email, user.email);
  expect(await addressOf(user.id)).toMatchObject({ email: user.email });
  await expectRefused(pending, "the address is the same again");

  const newPassword = await newOwner(origin);
  const asked = await askedForEmail(origin, newPassword.cookies, freshEmail());
  // As a change of the password in the session that asked does it: that session goes on.
  await inDatabase(
    `with kept as materialized (select set_config('movieconnect.kept_session', $2, true))
     update passwords set changed_at = clock_timestamp() from kept where user_id = $1`,
    [newPassword.user.id, claimsOf(newPassword.refresh).sid],
  );
  expect((await refresh(newPassword.refresh)).status).toBe(200);
  await expectRefused(asked, "another password was set");
  expect(await addressOf(newPassword.user.id)).toMatchObject({ email: newPassword.user.email });
});

test("a link to a new address outlives a logout of the session that asked, and no other end of it", async () => {
  const leaver = await newOwner(origin);
  const token = await askedForEmail(origin, leaver.cookies, freshEmail());
  expect((await send(origin, "POST", "/api/user/logout/", { cookies: leaver.cookies })).status).toBe(200);
  expect((await confirmEmail(origin, token)).text).toBe(OK);

  for (const reason of ["ended_elsewhere", "replayed", null]) {
    const { user, cookies, refresh: refreshToken } = await newOwner(origin);
    const intruders = await askedForEmail(origin, cookies, freshEmail());
    const later = freshEmail();
    const end = "update sessions set revoked_at = now(), end_reason = $2 where id = $1";
    await inDatabase(end, [claimsOf(refreshToken).sid, reason]);
    await expectRefused(intruders, String(reason));
    expect(await addressOf(user.id)).toMatchObject({ email: user.email });
    // Nor is a mail sent that still waits.
    await inDatabase("insert into mails (kind, user_id, address, facts) values ('change_email', $1, $2, $3)", [
      user.id,
      later,
      { session: claimsOf(refreshToken).sid },
    ]);
    await noMail(later);
  }
});

test("a disabled account confirms nothing, and gets no mail that asks to", async () => {
  const { user, cookies, refresh: refreshToken, token } = await newOwner(origin);
  const change = await askedForEmail(origin, cookies, freshEmail());
  await inDatabase("update users set is_active = false where id = $1", [user.id]);
  await expectRefused(token);
  await expectRefused(change);
  expect(await addressOf(user.id)).toEqual({ email: user.email, verified: false });
  const email = freshEmail();
  const facts = { isWelcome: false, session: claimsOf(refreshToken).sid };
  await inDatabase("insert into mails (kind, user_id, address, facts) values ('confirm_email', $1, $2, $3)", [
    ...[user.id, user.email, facts],
  ]);
  // As if the end of its session were not known yet.
  await inDatabase("update sessions set revoked_at = null where user_id = $1", [user.id]);
  await inDatabase("insert into mails (kind, user_id, address, facts) values ('change_email', $1, $2, $3)", [
    ...[user.id, email, facts],
  ]);
  for (const address of [user.email, email]) await noMail(address);
});

test("of two accounts that ask for one address the first to confirm gets it, also of eight at once", async () => {
  const email = freshEmail();
  const owners = await Promise.all(Array.from({ length: 8 }, () => newOwner(origin)));
  const tokens: string[] = [];
  for (const { cookies } of owners) tokens.push(await askedForEmail(origin, cookies, email));
  const answers = await Promise.all(tokens.map((token) => unlessBusy(() => confirmEmail(origin, token))));
  expect(answers.map(({ text }) => text).sort()).toEqual([OK, ...Array.from({ length: 7 }, () => BAD_LINK)].sort());
  const ids = owners.map(({ user }) => user.id);
  expect(await inDatabase("select id from users where lower(email) = lower($1)", [email])).toHaveLength(1);
  expect(await inDatabase("select id from email_changes where user_id = any($1)", [ids])).toHaveLength(1);
  expect(await inDatabase("select id from events where user_id = any($1) and event = 'email_changed'", [ids])).toHaveLength(1);
});

test("for 72 hours a former address is taken: no signup and no other account gets it, but its owner does", async () => {
  const [former, waiting] = [await newOwner(origin), await newOwner(origin)];
  // The other account has asked while the address was free, and confirms while it is reserved.
  const email = freshEmail();
  const pending = await askedForEmail(origin, waiting.cookies, email);
  await changeEmail(origin, former.cookies, former.user.email, email);
  const current = freshEmail();
  await changeEmail(origin, former.cookies, email, current);
  const signUpWith = (address: string) =>
    send(origin, "POST", "/api/user/signup/", {
      json: { ...waiting.user, username: `x${waiting.user.username}`, email: address },
    });
  const age = (interval: string) =>
    inDatabase("update email_changes set changed_at = changed_at - $2::interval where user_id = $1", [former.user.id, interval]);
  await age("71 hours 50 minutes");
  await expectRefused(pending, "reserved");
  expect((await signUpWith(email.toUpperCase())).json).toEqual({ email: ["A user with that email already exists."] });
  await changeEmail(origin, former.cookies, current, email);
  await changeEmail(origin, former.cookies, email, current);
  await expectRefused(pending, "reserved again");
  await age("72 hours");
  expect((await confirmEmail(origin, pending)).text).toBe(OK);
  expect((await signUpWith(former.user.email)).status).toBe(201);
});
