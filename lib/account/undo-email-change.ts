import { findAddressState, isEmailTaken, lockUser } from "#db/email-addresses.ts";
import { deletePasswordSince, findEmailChange, undoEmailChange as undoInDatabase } from "#db/email-changes.ts";
import type { Database } from "#db/pool.ts";
import { revokeSessionsOf } from "#db/session-ends.ts";
import { rememberEvent } from "#lib/auth/account-events.ts";
import { removeWaysIn } from "#lib/auth/remove-ways-in.ts";
import { rememberRevocation } from "#lib/auth/revocations.ts";
import { badLink } from "#lib/auth/signed-value.ts";
import { readUndo, type Undo } from "#lib/auth/undo-token.ts";
import { post } from "#lib/mail/letter.ts";
import { emailRestored } from "#lib/mail/letters/email-restored.ts";

/**
 * Takes back a change of an account's address, and every later one, for the owner of the old address. All sessions end, what was
 * added since that opens the account is removed, and the owner gets the mail that leads to a new password. Does nothing if the
 * change is undone and the account has the old address.
 * @throws {AppError} `invalid_input` about `token` if the token is not good, or the change too old
 */
export async function undoEmailChange(db: Database, token: string): Promise<void> {
  const read = readUndo(token);
  if (!read) throw badLink();
  const undoing = db.transaction((part) => undo(part, read));
  const ended = await undoing.catch((error: unknown) => {
    throw isEmailTaken(error) ? badLink() : error;
  });
  ended.forEach(rememberRevocation);
}

/** @returns the ids of the sessions that this ended */
async function undo(db: Database, { change: id, email }: Undo): Promise<string[]> {
  const known = await findEmailChange(db, id);
  if (known?.old_email !== email) throw badLink();
  await lockUser(db, known.user_id);
  const [change, account] = [await findEmailChange(db, id), await findAddressState(db, known.user_id)];
  if (!change || !account || change.seconds_left <= 0) throw badLink();
  if (change.is_undone) {
    if (account.email !== change.old_email) throw badLink();
    return [];
  }
  await undoInDatabase(db, change);
  await deletePasswordSince(db, change);
  await removeWaysIn(db, change.user_id, change.changed_at);
  await rememberEvent(db, change.user_id, "email_change_undone");
  await post(db, emailRestored, { address: change.old_email, userId: change.user_id, facts: {} });
  return revokeSessionsOf(db, change.user_id, { all: true }, "email_changed");
}
