import { z } from "zod";
import { findAddressState, findOtherHolder } from "#db/email-addresses.ts";
import { CONFIRMATION_SECONDS, signConfirmation, signEmailChange } from "#lib/auth/confirmation-token.ts";
import { isDisowned } from "#lib/auth/disowned-session.ts";
import type { Content, Letter } from "#lib/mail/letter.ts";
import { pageUrl } from "#lib/mail/page-url.ts";
import { timeInWords } from "#lib/mail/time-in-words.ts";

/** `session`: the session that asked. */
const facts = z.object({ session: z.string() });

/**
 * Asks the owner of a mailbox to confirm it as the new address of an account. If another account has the address, its owner is
 * told instead. The request can't tell the two apart: it writes the same row for every address, and only the sender looks. No
 * word comes from the account, which may be a stranger's.
 */
export const changeEmail: Letter<z.output<typeof facts>> = {
  kind: "change_email",
  facts,
  collapses: true,
  usefulSeconds: CONFIRMATION_SECONDS,
  compose: async (db, { address, userId, facts: { session } }) => {
    const account = userId === null ? null : await findAddressState(db, userId);
    if (userId === null || !account?.is_active || (await isDisowned(db, session))) return null;
    const { email, is_active, reserved_until } = await findOtherHolder(db, address, userId);
    if (email !== null) return is_active ? { ...alreadyInUse(), to: email } : null;
    if (reserved_until !== null) return reserved(reserved_until);
    const isOwn = address === account.email;
    return isOwn
      ? confirm(signConfirmation(userId, address), "Confirm it, and we know that our emails reach the account's owner here.")
      : confirm(signEmailChange(userId, address, session, account), CHANGE);
  },
};

const CHANGE =
  "Confirm it, and our emails come here from now on. Other devices that are logged in to the account are logged out.";

function confirm(token: string, effect: string): Content {
  return {
    subject: "Please confirm your address",
    paragraphs: [
      "Someone, most likely you, wants to use this address for a MovieConnect account.",
      effect,
      "The link works for a day.",
    ],
    action: { label: "Confirm my address", url: pageUrl("/confirm-email", token) },
    otherwise: "If it was not you, ignore this email: nothing changes until the address is confirmed.",
  };
}

function alreadyInUse(): Content {
  return {
    subject: "Someone tried to use your address",
    paragraphs: [
      "Someone wanted to use this address for another MovieConnect account. It is the address of your account, and that stays so.",
      "If that was you: one address can belong to one account only. Log in with it, or give this account another address first.",
    ],
    action: { label: "Log in", url: pageUrl("/login") },
    otherwise: "If it was not you, there is nothing to do. We told no one that the address is yours.",
  };
}

function reserved(until: Date): Content {
  return {
    subject: "This address can't be used yet",
    paragraphs: [
      "Someone, most likely you, wants to use this address for a MovieConnect account. It was another account's until lately.",
      `Until ${timeInWords(until)} that account's owner can take it back. If you still want the address then, ask for it again.`,
    ],
    action: { label: "Go to your account", url: pageUrl("/account") },
    otherwise: "If it was not you, there is nothing to do: nothing has changed.",
  };
}
