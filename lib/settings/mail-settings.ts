import type { Mailbox } from "./setting-types.ts";

type MailSettings = {
  SMTP_URL?: string | undefined;
  MAIL_FROM?: Mailbox | undefined;
  MAIL_PAGE?: "on" | "off" | undefined;
  PUBLIC_URL?: URL | undefined;
};

/**
 * What is missing beside SMTP_URL.
 * @param isProduction in development the pages that a mail leads to may be on this machine
 * @throws {Error} one line
 */
export function assertMailSettings({ SMTP_URL, MAIL_FROM, PUBLIC_URL }: MailSettings, isProduction: boolean): void {
  if (SMTP_URL === undefined) return;
  if (MAIL_FROM === undefined) throw new Error("Bad environment: MAIL_FROM is required with SMTP_URL.");
  if (PUBLIC_URL === undefined && isProduction) {
    throw new Error("Bad environment: PUBLIC_URL is required with SMTP_URL: the links in mails lead there.");
  }
}

/** One line about what is not done without a mail server; null where mails are sent, or shown at /dev/mail. */
export function mailNote({ SMTP_URL, MAIL_PAGE }: MailSettings): string | null {
  if (SMTP_URL !== undefined || MAIL_PAGE === "on") return null;
  return "SMTP_URL is not set, so no mail is sent: accounts can't be recovered, nor addresses verified or changed";
}
