import { z } from "zod";
import { NEW_DEVICE } from "#db/sessions.ts";
import type { Letter } from "#lib/mail/letter.ts";
import { pageUrl } from "#lib/mail/page-url.ts";

const facts = z.object({ address: z.string().nullable(), device: z.string().nullable() });

/** Written by the statement that opens a session. */
export const newDevice: Letter<z.output<typeof facts>> = {
  kind: NEW_DEVICE,
  facts,
  usefulSeconds: 3 * 86_400,
  compose: async (_db, { facts: { device, address } }) => ({
    subject: "A new device is logged in to your account",
    paragraphs: [
      `Your account was just used to log in from a device that we have not seen before: ${device ?? "an unknown device"}${address === null ? "" : `, at the internet address ${address}`}.`,
      "If that was you, there is nothing to do.",
    ],
    action: { label: "See where you are logged in", url: pageUrl("/account") },
    otherwise: "If it was not you, change your password now: that ends every other session.",
  }),
};
