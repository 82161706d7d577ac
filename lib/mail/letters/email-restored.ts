import { z } from "zod";
import { findRecoverableById } from "#db/recovery.ts";
import { signRecoveryToken } from "#lib/auth/recovery-token.ts";
import type { Letter } from "#lib/mail/letter.ts";
import { pageUrl } from "#lib/mail/page-url.ts";

/**
 * Leads the owner of an address that was taken back to a new password. Unlike a recovery that was asked for it is always
 * written: an intruder may have asked for as many recoveries of this address as an hour allows.
 */
export const emailRestored: Letter<Record<string, never>> = {
  kind: "email_restored",
  facts: z.strictObject({}),
  usefulSeconds: 3 * 86_400,
  compose: async (db, { address, userId }) => {
    const account = userId === null ? null : await findRecoverableById(db, userId);
    if (account?.email !== address) return null;
    return {
      subject: "Set a new password",
      paragraphs: [
        "You took your address back: it is the address of your MovieConnect account again, and every device was logged out.",
        "Now choose a new password, because someone else may know the old one.",
        "The link is good once, and not for long. If it has expired, ask for another one on the login page.",
      ],
      action: { label: "Choose a new password", url: pageUrl("/reset-password", signRecoveryToken(account)) },
      otherwise:
        "If it was not you, somebody else can read your email. Change the password of your mailbox first, then choose a new one here.",
    };
  },
};
