import { z } from "zod";
import type { Letter } from "#lib/mail/letter.ts";
import { pageUrl } from "#lib/mail/page-url.ts";

const facts = z.object({ username: z.string() });

/** The last mail to the owner of an account. The account is gone by then, so that the mail has its name with it. */
export const accountDeleted: Letter<z.output<typeof facts>> = {
  kind: "account_deleted",
  facts,
  usefulSeconds: 3 * 86_400,
  compose: async (_db, { facts: { username } }) => ({
    subject: "Your account was deleted",
    paragraphs: [
      `Your MovieConnect account ${username} was deleted, with everything that we kept about you. This is our last mail to you.`,
      "Your username and your address are free again. You are welcome back at any time.",
    ],
    action: { label: "Make a new account", url: pageUrl("/signup") },
    otherwise:
      "If it was not you, someone knew your password or used a device of yours. The account can't be brought back: change that password wherever else you use it.",
  }),
};
