import { z } from "zod";
import type { Letter } from "#lib/mail/letter.ts";
import { pageUrl } from "#lib/mail/page-url.ts";

const facts = z.object({});

/** The last mail to an account's owner. It names no username: that is gone too, and could look like a link. */
export const accountDeleted: Letter<z.output<typeof facts>> = {
  kind: "account_deleted",
  facts,
  usefulSeconds: 3 * 86_400,
  compose: async () => ({
    subject: "Your account was deleted",
    paragraphs: [
      "Your MovieConnect account was deleted, with everything that we kept about you. This is our last email to you.",
      "Your username and your address are free again. You are welcome back at any time.",
    ],
    action: { label: "Make a new account", url: pageUrl("/signup") },
    otherwise:
      "If it was not you, someone knew your password or used one of your devices. We can't bring the account back. Change that password wherever else you use it.",
  }),
};
