import { z } from "zod";
import type { Letter } from "#lib/mail/letter.ts";
import { pageUrl } from "#lib/mail/page-url.ts";

/** Both are null where an operator set the password. */
const facts = z.object({ address: z.string().nullable(), device: z.string().nullable() });

export const passwordChanged: Letter<z.output<typeof facts>> = {
  kind: "password_changed",
  facts,
  usefulSeconds: 3 * 86_400,
  compose: async (_db, { facts: { address, device } }) => ({
    subject: "Your password was changed",
    paragraphs: [
      address === null
        ? "The people who run MovieConnect gave your account a new password. It is logged out everywhere until you use the new one."
        : `Your MovieConnect password was changed from ${device ?? "an unknown device"}, at the internet address ${address}. ` +
          "Every other device was logged out.",
      "If you expected this, there is nothing to do.",
    ],
    action: { label: "Set another password", url: pageUrl("/forgot-password") },
    otherwise: "If it was not you, set another password now, with an email to this address. That logs everyone else out.",
  }),
};
