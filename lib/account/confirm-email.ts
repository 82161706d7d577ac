import { findAddressState, isEmailTaken, lockUser } from "#db/email-addresses.ts";
import type { Database } from "#db/pool.ts";
import { type Confirmation, isStillFor, readConfirmation } from "#lib/auth/confirmation-token.ts";
import { isDisowned } from "#lib/auth/disowned-session.ts";
import { rememberRevocation } from "#lib/auth/revocations.ts";
import { badLink } from "#lib/auth/signed-value.ts";
import { giveEmail } from "./give-email.ts";

/**
 * Confirms an account's address, or gives the account the new address that the token was mailed to. Does nothing if the account
 * has that address already and it is verified, so that a link can be used twice.
 * @throws {AppError} `invalid_input` about `token` if the token is not good, or the address is another account's by now
 */
export async function confirmEmail(db: Database, token: string): Promise<void> {
  const confirmation = readConfirmation(token);
  if (!confirmation) throw badLink();
  const confirming = db.transaction((part) => confirm(part, confirmation));
  const ended = await confirming.catch((error: unknown) => {
    throw isEmailTaken(error) ? badLink() : error;
  });
  ended.forEach(rememberRevocation);
}

/** @returns the ids of the sessions that this ended */
async function confirm(db: Database, confirmation: Confirmation): Promise<string[]> {
  const { userId, email, change } = confirmation;
  await lockUser(db, userId);
  const account = await findAddressState(db, userId);
  if (!account?.is_active) throw badLink();
  const isOwn = account.email === email;
  if (!isOwn && (!change || !isStillFor(account, confirmation) || (await isDisowned(db, change.sessionId)))) throw badLink();
  return giveEmail(db, userId, account, email, change?.sessionId ?? null);
}
