import { send } from "./client.ts";
import { eventually, withDatabase } from "./harness.ts";
import { type Mail, readMail } from "./mailbox.ts";

// A forgotten password, as its owner recovers from it: by a mail.

const RESET = "/api/user/password/reset/";

/** `typed`: another form of the address. By default the mails are those of the shared server, and the database is its own. */
type Options = { typed?: string; directory?: string; databaseUrl?: string };

/** Asks for a recovery mail, and returns the token of its link. */
export async function recoveryToken(
  origin: string,
  email: string,
  { typed = email, directory, databaseUrl }: Options = {},
): Promise<string> {
  // A request is no second one while the mail of an earlier one waits to be sent.
  await settled(email, databaseUrl);
  const { status, text } = await send(origin, "POST", RESET, { json: { email: typed } });
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

async function settled(email: string, databaseUrl = process.env.TEST_DATABASE_URL ?? ""): Promise<void> {
  await withDatabase(databaseUrl, (query) =>
    eventually(async () => {
      const waiting = "select from mails where kind = 'recovery' and lower(address) = lower($1) and outcome is null";
      return (await query(waiting, [email])).length === 0;
    }),
  );
}
