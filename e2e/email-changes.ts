import { freshName, newSession, type Sent, send } from "./client.ts";
import { readMail } from "./mailbox.ts";

// Addresses of accounts: confirmed, changed and taken back by the links of real mails.

type Cookies = Record<string, string>;

export const freshEmail = () => `${freshName()}@example.com`;

export const askForEmail = (origin: string, cookies: Cookies, email: unknown, sent: Sent = {}) =>
  send(origin, "POST", "/api/user/email/", { ...sent, cookies, json: { email } });

export const confirmEmail = (origin: string, token: unknown, cookies: Cookies = {}) =>
  send(origin, "POST", "/api/user/email/confirm/", { cookies, json: { token } });

export const undoEmailChange = (origin: string, token: unknown, cookies: Cookies = {}) =>
  send(origin, "POST", "/api/user/email/undo/", { cookies, json: { token } });

/** A new account, signed in, with the token of the mail that welcomed it. */
export async function newOwner(origin: string) {
  const session = await newSession(origin);
  const { token } = await readMail(session.user.email);
  return { ...session, token };
}

/** Asks for a new address. @returns the token that was mailed to it */
export async function askedForEmail(origin: string, cookies: Cookies, email: string): Promise<string> {
  const answer = await askForEmail(origin, cookies, email);
  if (answer.status !== 200) throw new Error(`asking for ${email} answered ${answer.status}: ${answer.text}`);
  return (await readMail(email)).token;
}

/** Changes an account's address. @returns the token that confirmed it, and the one that undoes it */
export async function changeEmail(origin: string, cookies: Cookies, from: string, to: string) {
  const token = await askedForEmail(origin, cookies, to);
  const answer = await confirmEmail(origin, token);
  if (answer.status !== 200) throw new Error(`confirming ${to} answered ${answer.status}: ${answer.text}`);
  return { confirmation: token, undo: (await readMail(from)).token };
}
