import { z } from "zod";
import { findEmailChange, RESERVED_HOURS } from "#db/email-changes.ts";
import { signUndo } from "#lib/auth/undo-token.ts";
import type { Letter } from "#lib/mail/letter.ts";
import { pageUrl } from "#lib/mail/page-url.ts";
import { timeInWords } from "#lib/mail/time-in-words.ts";

/** The change's id, and whether the old address had ever been confirmed. */
const facts = z.object({ change: z.int().positive(), wasVerified: z.boolean() });

/** Tells the old address of an account that it was changed, with the link that undoes it. */
export const emailChanged: Letter<z.output<typeof facts>> = {
  kind: "email_changed",
  facts,
  usefulSeconds: RESERVED_HOURS * 3_600,
  compose: async (db, { facts: { change: id, wasVerified } }) => {
    const change = await findEmailChange(db, id);
    if (!change || change.is_undone || change.seconds_left <= 0) return null;
    const { old_email: email, changed_at, seconds_left } = change;
    const until = new Date(changed_at.getTime() + RESERVED_HOURS * 3_600_000);
    return {
      subject: "The address of your account was changed",
      paragraphs: [
        `Your MovieConnect account had this address until ${timeInWords(changed_at)}. Now it has another one.`,
        "If that was you, there is nothing to do, and this is our last email to this address.",
        ...(wasVerified
          ? []
          : ["If you never had an account here, someone had typed your address by mistake. Please ignore this email."]),
        `If it was not you, take your address back. Every device is then logged out, and we send you a link to a new password.`,
      ],
      action: {
        label: "Take my address back",
        url: pageUrl("/undo-email-change", signUndo({ change: id, email }, seconds_left)),
      },
      otherwise: `You can take it back until ${timeInWords(until)}.`,
    };
  },
};
