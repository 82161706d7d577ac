import { z } from "zod";
import { providerName } from "#lib/auth/providers.ts";
import type { Letter } from "#lib/mail/letter.ts";
import { pageUrl } from "#lib/mail/page-url.ts";

/** `what`: a provider's id, or a passkey's name; null for what an account has once. `address` and `device`: null for an operator */
type Facts = { change: Change; what: string | null; address: string | null; device: string | null; isByOperator: boolean };
type Change = keyof typeof WORDS;
/** `change`: what was done, after the words "your account". `repair`: what else to do if it was not you */
type Words = { subject: string; change: string; repair?: string };

const WORDS = {
  provider_linked: (what: string): Words => ({
    subject: `You can now log in with ${providerName(what)}`,
    change: `A login with ${providerName(what)} was added to your MovieConnect account`,
    repair: "Then remove the login under “Ways to log in” on your account's page.",
  }),
  provider_unlinked: (what: string): Words => ({
    subject: `You no longer log in with ${providerName(what)}`,
    change: `The login with ${providerName(what)} was removed from your MovieConnect account`,
  }),
  passkey_added: (what: string): Words => ({
    subject: "You can now log in with a passkey",
    change: `The passkey “${what}” was added to your MovieConnect account`,
    repair: "Then remove the passkey on your account's page.",
  }),
  passkey_removed: (what: string): Words => ({
    subject: "A passkey was removed",
    change: `The passkey “${what}” was removed from your MovieConnect account`,
  }),
  totp_added: (): Words => ({
    subject: "Your account now asks for a code, too",
    change: "Codes of an authenticator app were switched on for your MovieConnect account",
    repair: "If you can't log in then, ask the people who run this site: they can switch the codes off.",
  }),
  totp_removed: (): Words => ({
    subject: "Your account no longer asks for a code",
    change: "Codes of an authenticator app were switched off for your MovieConnect account",
  }),
  recovery_codes_made: (): Words => ({
    subject: "You have new recovery codes",
    change: "New recovery codes were made for your MovieConnect account, so the old ones are void,",
  }),
  recovery_code_used: (): Words => ({
    subject: "A recovery code was used",
    change: "A recovery code of your MovieConnect account was used",
    repair: "Then make new recovery codes on your account's page.",
  }),
};

const CHANGES = Object.keys(WORDS) as Change[];
const facts = z.object({
  change: z.enum(CHANGES),
  what: z.string().nullable(),
  address: z.string().nullable(),
  device: z.string().nullable(),
  isByOperator: z.boolean(),
});

/** One letter for every change of what opens an account. Each change has its words. */
export const wayInChanged: Letter<Facts> = {
  kind: "way_in_changed",
  facts,
  usefulSeconds: 3 * 86_400,
  compose: async (_db, { facts: { change, what, address, device, isByOperator } }) => {
    const words = WORDS[change](what ?? "");
    const at = address === null ? "" : `, at the internet address ${address}`;
    const by = isByOperator ? "by the people who run this site" : `from ${device ?? "an unknown device"}${at}`;
    const ended = isByOperator ? "Every device was logged out." : "Every other device was logged out.";
    return {
      subject: words.subject,
      paragraphs: [`${words.change} ${by}. ${ended}`, "If you expected this, there is nothing to do."],
      action: { label: "Set another password", url: pageUrl("/forgot-password") },
      otherwise: [
        "If it was not you, set another password now, with an email to this address. That logs everyone else out.",
        ...(words.repair ? [words.repair] : []),
      ].join(" "),
    };
  },
};

export type WayInChange = Change;
