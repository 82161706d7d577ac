import { createHash } from "node:crypto";
import type { z } from "zod";
import { insertMail } from "#db/mails.ts";
import type { Database } from "#db/pool.ts";
import { nudge } from "./nudge.ts";

/** A mail's content. lib/mail/layout.ts makes text and HTML of it. */
export type Content = {
  subject: string;
  /** Each a paragraph of plain text */
  paragraphs: string[];
  /** The one thing to do, at a page of this site */
  action?: { label: string; url: string };
  /** What to do if it was not you */
  otherwise: string;
};

/** A mail as the outbox has it, for whom its words are made. */
export type Addressed<Facts> = { address: string; userId: number | null; facts: Facts };

/** A kind of mail: when it is written, and what it says. */
export type Letter<Facts> = {
  /** Its name in the outbox, which the file in letters/ has too, with `-` for `_` */
  kind: string;
  /** What the outbox holds for it: never a link or a token */
  facts: z.ZodType<Facts>;
  /** Several that wait for one address are one mail */
  collapses?: true;
  /** How long it is worth sending, in seconds */
  usefulSeconds: number;
  /**
   * Its words, made when it is sent, with its link.
   * @param mail `at`: when it was written, which may be hours ago
   * @returns null if there is nobody to write to, or nothing to say any more. `to`: another address than the outbox has
   */
  compose: (db: Database, mail: Addressed<Facts> & { at: Date }) => Promise<(Content & { to?: string }) | null>;
};

/**
 * Writes a mail into the outbox.
 * @param db the transaction of the change that the mail speaks of
 * @param mail `address`: null for an account without one, to which no mail is written
 */
export async function post<Facts extends Record<string, unknown>>(
  db: Database,
  { kind, collapses, usefulSeconds }: Letter<Facts>,
  { address, userId, facts }: Omit<Addressed<Facts>, "address"> & { address: string | null },
): Promise<void> {
  if (address === null) return;
  const collapseKey = collapses ? keyOf(kind, userId, address) : null;
  await insertMail(db, { kind, userId, address, facts, usefulSeconds, collapseKey });
  nudge.get()();
}

// A digest, since the key outlives the address, which is forgotten once the mail has been sent.
function keyOf(kind: string, userId: number | null, address: string): string {
  const digest = createHash("sha256").update(JSON.stringify([userId, address.toLowerCase()]));
  return `${kind}:${digest.digest("base64url")}`;
}
