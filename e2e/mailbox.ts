import { readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { simpleParser } from "mailparser";
import { eventually, withDatabase } from "./harness.ts";
import { encodeAddress } from "./mail-server.ts";

/** A mail that arrived. `token`: that of its link; empty without one. */
export type Mail = {
  subject: string;
  text: string;
  html: string;
  messageId: string;
  token: string;
  from: string;
  to: string;
  headers: Map<string, unknown>;
};

/**
 * The next unread mail to this address, in order of arrival. Waits for it up to 30 s, and then until the shared application
 * knows that it was sent: before that, another mail of its kind to this address may be the same one to the application.
 */
export async function readMail(address: string, directory = sharedDirectory()): Promise<Mail> {
  let mail: Mail | null = null;
  await eventually(async () => {
    mail = await unreadMail(address, directory);
    return mail !== null;
  }).catch(() => {
    throw new Error(`no mail to ${address} has arrived within 30 s`);
  });
  const read = mail as unknown as Mail;
  if (directory === sharedDirectory()) await settled(read.messageId);
  return read;
}

async function settled(messageId: string): Promise<void> {
  const [, id = ""] = /^<(.+)@/.exec(messageId) ?? [];
  await withDatabase(process.env.TEST_DATABASE_URL ?? "", (query) =>
    eventually(async () => (await query("select from mails where id::text = $1 and outcome is null", [id])).length === 0),
  );
}

/** Resolves when no mail to this address waits to be sent, and none has arrived that was not read. Rejects if one has. */
export async function noMail(
  address: string,
  { directory = sharedDirectory(), databaseUrl = process.env.TEST_DATABASE_URL ?? "" } = {},
): Promise<void> {
  await withDatabase(databaseUrl, (query) =>
    eventually(async () => {
      const waiting = await query("select from mails where lower(address) = lower($1) and outcome is null", [address]);
      return waiting.length === 0;
    }),
  );
  const mail = await unreadMail(address, directory);
  if (mail) throw new Error(`an unexpected mail to ${address}: ${mail.subject}`);
}

// The global setup of either runner starts the server and names its directory.
function sharedDirectory(): string {
  return process.env.TEST_MAIL_DIRECTORY ?? "";
}

/** The next mail to this address that has arrived and was not read; null where there is none. Waits for nothing. */
export async function unreadMail(address: string, directory: string): Promise<Mail | null> {
  const ending = `.${encodeAddress(address)}.unread`;
  const names = (await readdir(directory)).filter((name) => name.endsWith(ending)).sort();
  for (const name of names) {
    const file = join(directory, name.replace(/unread$/, "read"));
    // Of two tests that read at once one gets it.
    const isOurs = await rename(join(directory, name), file).then(
      () => true,
      () => false,
    );
    if (isOurs) return parse(await readFile(file));
  }
  return null;
}

async function parse(bytes: Buffer): Promise<Mail> {
  const { subject = "", text = "", html, messageId = "", from, to, headers } = await simpleParser(bytes);
  const { value: token = "" } = /#token=(?<value>[\w.~-]+)/.exec(text)?.groups ?? {};
  const recipient = Array.isArray(to) ? to[0] : to;
  return { subject, text, html: html || "", messageId, token, from: from?.text ?? "", to: recipient?.text ?? "", headers };
}
