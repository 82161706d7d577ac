import { expect, inject, test } from "vitest";
import { freshName, PASSWORD, send, signUpBody } from "#e2e/client.ts";
import { withDatabase } from "#e2e/harness.ts";
import { noMail } from "#e2e/mailbox.ts";
import { readMailAbout, recoveryToken, reset } from "#e2e/recovery.ts";

const origin = inject("origin");
const ANSWER = '{"detail":"Password reset e-mail has been sent."}';
const SUBJECT = "Set a new password";

const ask = (email: unknown) => send(origin, "POST", "/api/user/password/reset/", { json: { email } });

/** Signs up, and reads the mails that a signup sends. */
async function signedUp(email = `${freshName()}@example.com`) {
  const json = { ...signUpBody(), email };
  const answer = await send(origin, "POST", "/api/user/signup/", { json });
  expect(answer.status, answer.text).toBe(201);
  const stored = answer.json.email as string;
  await readMailAbout(stored, "Welcome to MovieConnect: please confirm your address");
  return { ...json, id: answer.json.id as number, stored };
}

test("a request is answered alike whether or not an account has the address, and only an account gets a mail", async () => {
  const [user, disabled, unknown] = [await signedUp(), await signedUp(), `${freshName()}@example.com`];
  await withDatabase(inject("databaseUrl"), (query) => query("update users set is_active = false where id = $1", [disabled.id]));
  const answers = [await ask(user.email), await ask(disabled.email), await ask(unknown)];
  for (const { status, text, setCookies } of answers) expect([status, text, setCookies]).toEqual([200, ANSWER, []]);
  const names = answers.map(({ headers }) => Object.keys(headers));
  expect(names).toEqual([names[0], names[0], names[0]]);
  const mail = await readMailAbout(user.email, SUBJECT);
  expect(mail.text).toContain(`/reset-password#token=${mail.token}`);
  // A mail names no username: a stranger may have signed up with this address, and chosen one that looks like a link.
  expect(mail.text + mail.html).not.toContain(user.username);
  for (const email of [disabled.email, unknown]) await noMail(email);
});

test("the mail goes to the account's address, in whatever form the address was typed", async () => {
  const name = freshName();
  const user = await signedUp(`Ann@straße.${name}.example`);
  expect(user.stored).toBe(`Ann@xn--strae-oqa.${name}.example`);
  for (const typed of [` ANN@Straße.${name}.example\t`, `ann@xn--strae-oqa.${name}.example`]) {
    await recoveryToken(origin, user.stored, { typed });
  }
  // Some browsers write the host in another way (UTS 46, transitional).
  const other = await signedUp(`ann@strasse.${freshName()}.example`);
  await recoveryToken(origin, other.stored, { typed: other.stored.replace("strasse", "straße") });
  // The account whose address was typed comes first.
  expect((await ask(user.stored.replace("xn--strae-oqa", "strasse"))).status).toBe(200);
  await noMail(user.stored);
});

test("a request alone changes nothing: the password goes on to log in", async () => {
  const user = await signedUp();
  await recoveryToken(origin, user.email);
  expect((await send(origin, "POST", "/api/token/", { json: { username: user.username, password: PASSWORD } })).status).toBe(200);
});

test("the owner of an address that asks again gets a new link, and the earlier one is good as well", async () => {
  const user = await signedUp();
  const tokens = [await recoveryToken(origin, user.email), await recoveryToken(origin, user.email)];
  expect(new Set(tokens).size).toBe(2);
  expect((await reset(origin, tokens[0], "the-hidden-fortress-1958")).status).toBe(200);
});

test("what is no address is refused, and unknown fields are ignored", async () => {
  const wrong: [unknown, string][] = [
    [undefined, "This field is required."],
    [null, "This field may not be null."],
    [" ", "This field may not be blank."],
    [5, "Not a valid string."],
    ["ann", "Enter a valid email address."],
    ["ann@example.com, eve@example.com", "Enter a valid email address."],
    ["ann@example.com\r\nBcc: eve@example.com", "Enter a valid email address."],
    ["ann＠example.com", "Enter a valid email address."],
  ];
  for (const [email, message] of wrong) expect((await ask(email)).json, String(email)).toEqual({ email: [message] });
  const json = { email: `${freshName()}@example.com`, username: "ann", redirect: "https://evil.example" };
  expect((await send(origin, "POST", "/api/user/password/reset/", { json })).text).toBe(ANSWER);
});

test("the link leads to this site, whatever host the request names", async () => {
  const user = await signedUp();
  const headers = { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https", forwarded: "host=evil.example" };
  const sent = await send(origin, "POST", "/api/user/password/reset/", { json: { email: user.email }, headers });
  expect(sent.status).toBe(200);
  const mail = await readMailAbout(user.email, SUBJECT);
  expect(mail.text).toContain(`${origin}/reset-password#token=`);
  expect(mail.text + mail.html).not.toContain("evil.example");
});
