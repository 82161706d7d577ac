import { z } from "zod";
import { findRecoverable } from "#db/recovery.ts";
import { accountName } from "#lib/auth/account-name.ts";
import { signRecoveryToken } from "#lib/auth/recovery-token.ts";
import { config } from "#lib/config.ts";
import type { Letter } from "#lib/mail/letter.ts";
import { pageUrl } from "#lib/mail/page-url.ts";

/**
 * Written for any address, so that a request for it takes as long whether or not an account has the address. It goes to the
 * address of the account, not to the one that was typed: two that look alike could belong to two people.
 */
export const recovery: Letter<Record<string, never>> = {
  kind: "recovery",
  facts: z.strictObject({}),
  collapses: true,
  usefulSeconds: 3_600,
  compose: async (db, { address }) => {
    const account = await findRecoverable(db, accountName(address));
    if (!account?.email) return null;
    return {
      to: account.email,
      subject: "Set a new password",
      paragraphs: [
        "You asked for a new MovieConnect password. Open the link, choose one, and log in with it: your username or this email " +
          "address will do.",
        `The link is good once, for ${inWords(config().RECOVERY_LIFETIME)}. It ends sooner if you log in or change your password first.`,
      ],
      action: { label: "Choose a new password", url: pageUrl("/reset-password", signRecoveryToken(account)) },
      otherwise: "If you did not ask for this, there is nothing to do: your password stays as it is.",
    };
  },
};

function inWords(seconds: number): string {
  if (seconds === 3_600) return "an hour";
  return seconds < 120 ? `${seconds} seconds` : `${Math.floor(seconds / 60)} minutes`;
}
