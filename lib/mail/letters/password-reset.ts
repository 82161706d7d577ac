import { z } from "zod";
import type { Letter } from "#lib/mail/letter.ts";
import { pageUrl } from "#lib/mail/page-url.ts";

const facts = z.object({ address: z.string().nullable(), device: z.string().nullable() });

export const passwordReset: Letter<z.output<typeof facts>> = {
  kind: "password_reset",
  facts,
  usefulSeconds: 3 * 86_400,
  compose: async (_db, { facts: { address, device } }) => ({
    subject: "You have a new password",
    paragraphs: [
      "A new MovieConnect password was set with the link that we sent to this address" +
        `${address === null ? "" : `, from ${device ?? "an unknown device"} at the internet address ${address}`}.`,
      "Every device was logged out. If that was you, log in with the new password, and there is nothing else to do.",
    ],
    action: { label: "Set another password", url: pageUrl("/forgot-password") },
    otherwise:
      "If it was not you, somebody else can read your email. Change the password of your mailbox first, then set another one here.",
  }),
};
