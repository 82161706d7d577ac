import { send } from "./client.ts";
import { type Mail, readMail } from "./mailbox.ts";

// A forgotten password, as its owner recovers from it: by a mail.

const RESET = "/api/user/password/reset/";

/** Asks for a recovery mail, and returns the token of its link. @param directory of the mail server, if it is not the shared one */
export async function recoveryToken(origin: string, email: string, directory?: string): Promise<string> {
  const { status, text } = await send(origin, "POST", RESET, { json: { email } });
  if (status !== 200) throw new Error(`asking for a recovery answered ${status}: ${text}`);
  return (await readMailAbout(email, "Set a new password", directory)).token;
}

/** The next unread mail to this address with this subject. Those before it are read, and forgotten. */
export async function readMailAbout(address: string, subject: string, directory?: string): Promise<Mail> {
  for (;;) {
    const mail = await readMail(address, directory);
    if (mail.subject === subject) return mail;
  }
}

/** Sets a new password with the token of a recovery mail. */
export function reset(origin: string, token: unknown, password: unknown) {
  return send(origin, "POST", `${RESET}confirm/`, { json: { token, new_password: password } });
}
