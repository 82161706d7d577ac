import { expect, inject, test } from "vitest";
import { changeSession } from "#e2e/change-session.ts";
import { logIn, newSession, send, signUp } from "#e2e/client.ts";
import { askedForEmail, askForEmail, changeEmail, confirmEmail, freshEmail, newOwner } from "#e2e/email-changes.ts";
import { eventually, withDatabase } from "#e2e/harness.ts";
import { noMail, readMail } from "#e2e/mailbox.ts";

const origin = inject("origin");
const databaseUrl = inject("databaseUrl");
const SENT = '{"detail":"Confirmation e-mail sent."}';
const LOGIN_PAGE = /\/login\n/;

function query(text: string, values: unknown[]) {
  return withDatabase(databaseUrl, (run) => run(text, values));
}
const countMails = async (userId: number) => {
  const rows = await query("select count(*)::int as n from mails where user_id = $1 and kind = 'change_email'", [userId]);
  return rows[0]?.n;
};

test("the answer, and what it writes, is the same for a free address, another account's, a disabled account's and one's own", async () => {
  const { user, cookies } = await newOwner(origin);
  const [other, disabled] = [await newOwner(origin), await newOwner(origin)];
  await query("update users set is_active = false where id = $1", [disabled.user.id]);
  const free = freshEmail();
  const emails = [free, other.user.email.toUpperCase(), disabled.user.email, user.email];
  for (const [index, email] of emails.entries()) {
    const answer = await askForEmail(origin, cookies, email);
    expect([answer.status, answer.text]).toEqual([200, SENT]);
    expect(await countMails(user.id), email).toBe(index + 1);
  }
  expect((await readMail(free)).token).not.toBe("");
  // The owner is told, and gets nothing that could give the address to the account that asked.
  const told = await readMail(other.user.email);
  expect(told).toMatchObject({ subject: "Someone tried to use your address", token: "", to: other.user.email });
  expect(told.text).toMatch(LOGIN_PAGE);
  expect(told.text).not.toContain(user.username);
  await noMail(disabled.user.email);
  // One's own address can be confirmed, and nothing else comes of it.
  const own = await readMail(user.email);
  expect(own.text).not.toContain("Other devices");
  expect((await confirmEmail(origin, own.token)).text).toBe('{"detail":"ok"}');
  expect(await query("select id from email_changes where user_id = any($1)", [[user.id, other.user.id]])).toEqual([]);
});

test("nothing changes until the new address confirms", async () => {
  const { user, cookies, refresh } = await newOwner(origin);
  const other = await logIn(origin, user);
  const email = freshEmail();
  await askedForEmail(origin, cookies, email);
  await noMail(user.email);
  const [row] = await query("select email, email_verified_at from users where id = $1", [user.id]);
  expect(row).toEqual({ email: user.email, email_verified_at: null });
  for (const token of [refresh, other.refresh]) {
    expect((await send(origin, "POST", "/api/token/refresh/", { json: { refresh: token } })).status).toBe(200);
  }
  // An account that has asked for the address, and not confirmed it, keeps no other account from it.
  expect((await signUp(origin, email.split("@")[0])).email).toBe(email);
});

test("a session that has not proved lately who its holder is changes no address, and one that has not logged in at all", async () => {
  const { user, cookies, refresh } = await newSession(origin);
  await changeSession(databaseUrl, refresh, "authenticated_at = now() - interval '601 seconds'");
  const refused = await askForEmail(origin, cookies, freshEmail());
  expect(refused.status).toBe(403);
  expect(refused.json).toEqual({
    detail: "Reauthentication is required.",
    code: "reauthentication_required",
    methods: ["password"],
  });
  // The missing proof comes before what is wrong with the body.
  expect((await askForEmail(origin, cookies, "nope")).status).toBe(403);
  await changeSession(databaseUrl, refresh, "authenticated_at = now() - interval '540 seconds'");
  expect((await askForEmail(origin, cookies, "nope")).json).toEqual({ email: ["Enter a valid email address."] });
  expect((await askForEmail(origin, {}, freshEmail())).status).toBe(401);
  expect(await countMails(user.id)).toBe(0);
});

test("an address is read as at the signup: trimmed, its host in ASCII, otherwise as written", async () => {
  const { user, cookies } = await newOwner(origin);
  const name = user.username;
  expect((await askForEmail(origin, cookies, ` First.${name}@B\u00fccher.example\n`)).status).toBe(200);
  const stored = `First.${name}@xn--bcher-kva.example`;
  // The tests' mail server names a recipient's host in Unicode.
  expect((await confirmEmail(origin, (await readMail(`First.${name}@b\u00fccher.example`)).token)).status).toBe(200);
  expect(await query("select email from users where id = $1", [user.id])).toEqual([{ email: stored }]);
  for (const [email, message] of [
    [undefined, "This field is required."],
    [null, "This field may not be null."],
    [" ", "This field may not be blank."],
    [5, "Not a valid string."],
    ["a\0@example.com", "Null characters are not allowed."],
    ["a@b", "Enter a valid email address."],
  ]) {
    const answer = await askForEmail(origin, cookies, email);
    expect([answer.status, answer.json]).toEqual([400, { email: [message] }]);
  }
});

test("an address that was another account's until lately is refused by mail, with the time until which it is reserved", async () => {
  const [former, { user, cookies }] = [await newOwner(origin), await newOwner(origin)];
  await changeEmail(origin, former.cookies, former.user.email, freshEmail());
  expect((await askForEmail(origin, cookies, former.user.email)).text).toBe(SENT);
  const mail = await readMail(former.user.email);
  expect(mail).toMatchObject({ subject: "This address can't be used yet", token: "" });
  const reserved = "select changed_at + interval '72 hours' as until from email_changes where user_id = $1";
  const [{ until } = {}] = await query(reserved, [former.user.id]);
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
  expect(mail.text).toContain(format.format(until as Date));
  expect(mail.text).not.toContain(user.username);
  // It is kept no longer once that owner's change is undone, or 72 hours have passed.
  for (const released of ["undone_at = now()", "undone_at = null, changed_at = now() - interval '72 hours'"]) {
    await noMail(former.user.email);
    await query(`update email_changes set ${released} where user_id = $1`, [former.user.id]);
    expect(await askedForEmail(origin, cookies, former.user.email)).not.toBe("");
  }
});

test("an account sends at most five mails an hour to one address, and to each other address as before", async () => {
  const { user, cookies } = await newOwner(origin);
  const email = freshEmail();
  for (let count = 0; count < 8; count += 1) {
    expect((await askForEmail(origin, cookies, email)).text).toBe(SENT);
    // A mail that still waits is not written twice.
    await eventually(
      async () => (await query("select from mails where user_id = $1 and outcome is null", [user.id])).length === 0,
    );
  }
  for (let count = 0; count < 5; count += 1) await readMail(email);
  await noMail(email);
  await askedForEmail(origin, cookies, freshEmail());
});
