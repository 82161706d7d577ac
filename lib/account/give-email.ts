import { type AddressState, verifyEmail } from "#db/email-addresses.ts";
import { insertEmailChange } from "#db/email-changes.ts";
import type { Database } from "#db/pool.ts";
import { revokeSessionsOf } from "#db/session-ends.ts";
import { rememberEvent } from "#lib/auth/account-events.ts";
import { post } from "#lib/mail/letter.ts";
import { emailChanged } from "#lib/mail/letters/email-changed.ts";

/**
 * Gives an account an address that is known to be its owner's, or marks it as such where the account has it already. A change ends
 * the sessions, and the old address gets the mail that can undo it. A first address replaces none, so there is nothing to undo.
 * @param db a transaction that has locked the user's row, and read `account` since
 * @param keptSession the session that goes on; null for none
 * @returns the ids of the sessions that ended
 * @throws {Error} `isEmailTaken(error)` if another account has the address, or had it until lately
 */
export async function giveEmail(
  db: Database,
  userId: number,
  account: AddressState,
  email: string,
  keptSession: string | null,
): Promise<string[]> {
  if (account.email === email) {
    if (await verifyEmail(db, userId, email)) await rememberEvent(db, userId, "email_verified");
    return [];
  }
  const id = await insertEmailChange(db, userId, email);
  await rememberEvent(db, userId, "email_changed");
  if (id !== null) {
    await post(db, emailChanged, { address: account.email, userId, facts: { change: id, wasVerified: account.is_verified } });
  }
  return revokeSessionsOf(db, userId, keptSession === null ? { all: true } : { allBut: keptSession }, "email_changed");
}
