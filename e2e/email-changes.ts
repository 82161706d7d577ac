import { freshName, newSession, type Sent, send } from "./client.ts";
import { withDatabase } from "./harness.ts";
import { readMail } from "./mailbox.ts";

// Addresses of accounts: confirmed, changed and taken back by the links of real mails.

type Cookies = Record<string, string>;

// How the use of a link is answered.
export const OK = '{"detail":"ok"}';
export const BAD_LINK = '{"token":["Invalid value"]}';

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

/** The account's address in the shared server's database. */
export async function addressOf(userId: number) {
  const select = "select email, email_verified_at is not null as verified from users where id = $1";
  return (await inDatabase(select, [userId]))[0];
}

/** What the account's events say of its addresses, the earliest first. */
export async function emailEventsOf(userId: number) {
  const rows = await inDatabase("select event from events where user_id = $1 and event like 'email%' order by id", [userId]);
  return rows.map(({ event }) => event);
}

/** Asks, or changes, the shared server's database. */
export function inDatabase(text: string, values: unknown[]) {
  return withDatabase(process.env.TEST_DATABASE_URL ?? "", (query) => query(text, values));
}
