import type { OutgoingMail } from "#db/outgoing-mails.ts";
import type { Database } from "#db/pool.ts";
import { layOut } from "./layout.ts";
import { findLetter } from "./letters.ts";

/** A mail as it is sent. `link`: where its button leads */
export type WrittenMail = { to: string; subject: string; text: string; html: string; link: string | null };

/**
 * Makes the words of a mail in the outbox, and signs its link.
 * @returns null if there is nobody to write to, or nothing to say any more
 * @throws {Error} if this version has no such letter, or the mail's facts are not those of the letter
 */
export async function writeMail(db: Database, mail: OutgoingMail): Promise<WrittenMail | null> {
  const { kind, user_id: userId, address, created_at: at } = mail;
  const letter = await findLetter(kind);
  if (!letter) throw new Error(`there is no letter ${kind}`);
  const content = await letter.compose(db, { address, userId, facts: letter.facts.parse(mail.facts), at });
  if (!content) return null;
  return { to: content.to ?? address, subject: content.subject, link: content.action?.url ?? null, ...layOut(content) };
}
