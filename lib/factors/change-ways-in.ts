import { type AddressState, findAddressState, lockUser } from "#db/email-addresses.ts";
import type { Database } from "#db/pool.ts";
import { findLivingSession } from "#db/rotate-session.ts";
import { rememberRevocation } from "#lib/auth/revocations.ts";
import { AppError } from "#lib/errors.ts";
import { type Change, type Owner, tellOfChange } from "./tell-of-change.ts";

/**
 * Changes what opens an account, with all that follows: the event, the mail, and the end of all other sessions. Changes of one
 * account run one after the other: two removals at once would each see the other's way in.
 * @param work the change, in its transaction. What it throws takes everything back
 * @throws {AppError} `access_token_not_valid` if the session has ended, or the user has been deleted, or disabled and no operator
 *   acts; what `work` throws
 */
export async function changeWaysIn<Outcome>(
  db: Database,
  owner: Owner,
  event: Change["event"],
  work: (part: Database, account: AddressState) => Promise<{ what?: string; outcome: Outcome }>,
): Promise<Outcome> {
  const { ended, outcome } = await db.transaction(async (part) => {
    await lockUser(part, owner.userId);
    const account = await findAddressState(part, owner.userId);
    // An owner who ended this session a moment ago must find nothing changed afterwards.
    const isOver = owner.sessionId !== null && !(await findLivingSession(part, owner.sessionId));
    const isOpen = account?.is_active || owner.isByOperator;
    if (!account || !isOpen || isOver) throw new AppError("access_token_not_valid", { reason: "invalid" });
    const done = await work(part, account);
    const change = { event, email: account.email, ...(done.what === undefined ? {} : { what: done.what }) };
    return { ended: await tellOfChange(part, owner, change), outcome: done.outcome };
  });
  ended.forEach(rememberRevocation);
  return outcome;
}
