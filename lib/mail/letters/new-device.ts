import { z } from "zod";
import { NEW_DEVICE } from "#db/sessions.ts";
import type { Letter } from "#lib/mail/letter.ts";
import { pageUrl } from "#lib/mail/page-url.ts";
import { timeInWords } from "#lib/mail/time-in-words.ts";

const facts = z.object({ address: z.string().nullable(), device: z.string().nullable() });

/** The statement that opens a session writes it (db/sessions.ts). */
export const newDevice: Letter<z.output<typeof facts>> = {
  kind: NEW_DEVICE,
  facts,
  usefulSeconds: 3 * 86_400,
  compose: async (_db, { facts: { address, device }, at }) => ({
    subject: "A login from a new device",
    paragraphs: [
      `On ${timeInWords(at)} your MovieConnect account was used on a device, or in a network, that was new to us: ` +
        `${device ?? "an unknown device"}${address === null ? "" : `, at the internet address ${address}`}.`,
      "If that was you, there is nothing to do. Enjoy the show.",
    ],
    action: { label: "See where you are logged in", url: pageUrl("/account#devices") },
    otherwise: "If it was not you, change your password now. That logs every other device out.",
  }),
};
