import { type DeletedUser, deleteUser } from "#db/delete-user.ts";
import type { Database } from "#db/pool.ts";
import { rememberRevocation } from "#lib/auth/revocations.ts";
import { post } from "#lib/mail/letter.ts";
import { accountDeleted } from "#lib/mail/letters/account-deleted.ts";
import { record } from "#lib/observe/events.ts";
import { forgetGuesses } from "#lib/passwords/count-guess.ts";

/**
 * Deletes an account with everything that is kept about it, and ends its sessions. Its name and its addresses are free at once. A
 * last mail says so, if there is an address to send it to.
 * @returns null if the user has already been deleted
 */
export async function deleteAccount(db: Database, userId: number): Promise<DeletedUser | null> {
  const deleted = await db.transaction(async (part) => {
    const gone = await deleteUser(part, userId);
    if (!gone) return null;
    await forgetGuesses(part, userId);
    // The mail belongs to no account: with one it would have been deleted too.
    await post(part, accountDeleted, { address: gone.email, userId: null, facts: {} });
    return gone;
  });
  if (!deleted) return null;
  for (const id of deleted.session_ids) rememberRevocation(id);
  record("account_deleted", { user_id: userId });
  return deleted;
}
