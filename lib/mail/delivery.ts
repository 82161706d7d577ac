import { forgetMail, keepMail } from "#db/outgoing-mails.ts";
import type { Database } from "#db/pool.ts";
import { config } from "#lib/config.ts";
import { writeLine } from "#lib/observe/write-line.ts";
import { giveToServer } from "./mail-server.ts";
import type { WrittenMail } from "./write-mail.ts";

/** pino's level. */
const INFO = 30;

/** Where mails go, and what is left of them in the outbox. */
export type Delivery = {
  give: (id: string, mail: WrittenMail, signal: AbortSignal) => Promise<void>;
  settle: (db: Database, id: string) => Promise<void>;
};

const TO_SERVER: Delivery = { give: giveToServer, settle: (db, id) => forgetMail(db, id, "sent") };
/** The page /dev/mail shows what is kept. */
const TO_PAGE: Delivery = { give: async (_id, mail) => printMail(mail), settle: keepMail };

/** How this process delivers mails; null if it delivers none. */
export function delivery(): Delivery | null {
  const { SMTP_URL, MAIL_PAGE } = config();
  if (SMTP_URL !== undefined) return TO_SERVER;
  return MAIL_PAGE === "on" ? TO_PAGE : null;
}

// For a person at the terminal alone: elsewhere the output becomes a log, and a link opens an account.
function printMail({ to, subject, link }: WrittenMail): void {
  if (!process.stdout.isTTY) return;
  const msg = `Mail to ${to}: ${subject}${link === null ? "" : `, ${link}`}`;
  writeLine(`${JSON.stringify({ level: INFO, time: Date.now(), msg })}\n`);
}
