import "server-only";

import { findKeptMail, listKeptMails, type OutgoingMail } from "#db/outgoing-mails.ts";
import type { Database } from "#db/pool.ts";
import { isUnavailable } from "#db/unavailable.ts";
import { config } from "#lib/config.ts";
import { type WrittenMail, writeMail } from "#lib/mail/write-mail.ts";
import { currentRequest } from "#lib/observe/request-context.ts";
import { isPublic } from "#lib/settings/is-public.ts";
import { pageDatabase } from "./database.ts";

const MOST = 50;

/** A mail with its words as they are made now. Null: it would not be sent any more */
export type KeptMail = { id: string; kind: string; address: string; at: Date; written: WrittenMail | null };

/**
 * The mails of this instance that are shown instead of sent, the latest first.
 * @returns null for everyone but a program of this machine: the links open accounts
 */
export async function keptMails(): Promise<KeptMail[] | null> {
  if (!areShown()) return null;
  const db = pageDatabase();
  return Promise.all((await listKeptMails(db, MOST)).map((mail) => toKeptMail(db, mail)));
}

/** One of them. @returns null where there is none, or for everyone but a program of this machine */
export async function keptMail(id: string): Promise<KeptMail | null> {
  if (!areShown()) return null;
  const db = pageDatabase();
  const mail = await findKeptMail(db, id);
  return mail && toKeptMail(db, mail);
}

// A proxy that names neither itself nor the site looks like a program of this machine. It serves a public site.
function areShown(): boolean {
  const { MAIL_PAGE, SMTP_URL, PUBLIC_URL } = config();
  return MAIL_PAGE === "on" && SMTP_URL === undefined && !isPublic(PUBLIC_URL) && currentRequest()?.isLocal === true;
}

async function toKeptMail(db: Database, mail: OutgoingMail): Promise<KeptMail> {
  const { id, kind, address, created_at: at } = mail;
  // Another version of the application may have written it.
  const written = await writeMail(db, mail).catch((error: unknown) => {
    if (isUnavailable(error)) throw error;
    return null;
  });
  return { id, kind, address, at, written };
}
