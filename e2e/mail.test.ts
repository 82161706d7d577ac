import { expect, inject, test } from "vitest";
import { PASSWORD, send, signUp } from "./client.ts";
import { noMail, readMail } from "./mailbox.ts";

const origin = inject("origin");
const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";

/** A login from a device on which the account was not used before: its owner gets a mail. */
async function logInElsewhere(username: string): Promise<void> {
  const headers = { "user-agent": FIREFOX };
  const { status } = await send(origin, "POST", "/api/token/", { json: { username, password: PASSWORD }, headers });
  expect(status).toBe(200);
}

test("a login from another device sends one mail to the account's owner, from two workers that send", async () => {
  const { username, email } = await signUp(origin);
  await readMail(email);
  await logInElsewhere(username);
  const mail = await readMail(email);
  expect(mail.text).toContain("Firefox on Windows");
  expect(mail.to).toBe(email);
  await noMail(email);
});
