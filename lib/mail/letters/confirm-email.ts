import { z } from "zod";
import { findAddressState } from "#db/email-addresses.ts";
import { CONFIRMATION_SECONDS, signConfirmation } from "#lib/auth/confirmation-token.ts";
import type { Letter } from "#lib/mail/letter.ts";
import { pageUrl } from "#lib/mail/page-url.ts";

/** `isWelcome`: it is the first mail to a new account. */
const facts = z.object({ isWelcome: z.boolean() });

/**
 * Asks to confirm an account's own address. It names no username: someone else may have typed this address, and a username can
 * look like a link.
 */
export const confirmEmail: Letter<z.output<typeof facts>> = {
  kind: "confirm_email",
  facts,
  collapses: true,
  usefulSeconds: CONFIRMATION_SECONDS,
  compose: async (db, { address, userId, facts: { isWelcome } }) => {
    const account = userId === null ? null : await findAddressState(db, userId);
    if (userId === null || !account?.is_active || account.is_verified || account.email !== address) return null;
    return {
      subject: isWelcome ? "Welcome to MovieConnect: please confirm your address" : "Please confirm your address",
      paragraphs: [
        ...(isWelcome ? ["It is good to have you here."] : []),
        "Please confirm that this address is yours. We write to it when something happens to your account, and when you need a new password.",
        "The link works for a day.",
      ],
      action: { label: "Confirm my address", url: pageUrl("/confirm-email", signConfirmation(userId, address)) },
      otherwise: "You have no account here? Then someone typed your address by mistake, and you can ignore this email.",
    };
  },
};
