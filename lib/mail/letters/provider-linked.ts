import { z } from "zod";
import { providerName } from "#lib/auth/providers.ts";
import type { Letter } from "#lib/mail/letter.ts";
import { pageUrl } from "#lib/mail/page-url.ts";

const facts = z.object({ provider: z.string(), address: z.string().nullable(), device: z.string().nullable() });

export const providerLinked: Letter<z.output<typeof facts>> = {
  kind: "provider_linked",
  facts,
  usefulSeconds: 3 * 86_400,
  compose: async (_db, { facts: { provider, address, device } }) => ({
    subject: `You can now log in with ${providerName(provider)}`,
    paragraphs: [
      `A login with ${providerName(provider)} was added to your MovieConnect account from ${device ?? "an unknown device"}` +
        `${address === null ? "" : `, at the internet address ${address}`}. Every other device was logged out.`,
      "If you expected this, there is nothing to do.",
    ],
    action: { label: "Set another password", url: pageUrl("/forgot-password") },
    otherwise:
      "If it was not you, set another password now, with an email to this address. That logs everyone else out. " +
      "Then remove the login under “Ways to log in” on your account's page.",
  }),
};
