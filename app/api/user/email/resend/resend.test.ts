import { expect, inject, test } from "vitest";
import { newSession, send } from "#e2e/client.ts";
import { confirmEmail, newOwner } from "#e2e/email-changes.ts";
import { withDatabase } from "#e2e/harness.ts";
import { noMail, readMail } from "#e2e/mailbox.ts";

const origin = inject("origin");
const OK = '{"detail":"ok"}';
const resend = (cookies: Record<string, string>) => send(origin, "POST", "/api/user/email/resend/", { cookies });

test("the confirmation is sent again, and its link is as good as the first", async () => {
  const { user, cookies, token } = await newOwner(origin);
  const answer = await resend(cookies);
  expect([answer.status, answer.text]).toEqual([200, OK]);
  const mail = await readMail(user.email);
  expect(mail.subject).toBe("Please confirm your address");
  expect((await confirmEmail(origin, mail.token)).text).toBe(OK);
  expect((await confirmEmail(origin, token)).text).toBe(OK);
});

test("a verified address gets no further confirmation, nor does one that is verified while the mail waits", async () => {
  const { user, cookies, token } = await newOwner(origin);
  await confirmEmail(origin, token);
  expect((await resend(cookies)).text).toBe(OK);
  await noMail(user.email);
  const waiting = "insert into mails (kind, user_id, address, facts) values ('confirm_email', $1, $2, $3)";
  await withDatabase(inject("databaseUrl"), (query) => query(waiting, [user.id, user.email, { isWelcome: false }]));
  await noMail(user.email);
});

test("the confirmation is sent to the signed-in alone, and never for another site", async () => {
  expect((await resend({})).status).toBe(401);
  const { cookies } = await newSession(origin);
  expect(
    (await send(origin, "POST", "/api/user/email/resend/", { cookies, headers: { "sec-fetch-site": "cross-site" } })).status,
  ).toBe(403);
});
