import { findAddressState } from "#db/email-addresses.ts";
import type { Database } from "#db/pool.ts";
import { post } from "#lib/mail/letter.ts";
import { confirmEmail } from "#lib/mail/letters/confirm-email.ts";

/** Sends the mail that asks to confirm the account's address once more, unless there is no address, or it is verified. */
export async function resendConfirmation(db: Database, userId: number): Promise<void> {
  const account = await findAddressState(db, userId);
  if (!account || account.is_verified) return;
  await post(db, confirmEmail, { address: account.email, userId, facts: { isWelcome: false } });
}
