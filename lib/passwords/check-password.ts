import "server-only";

import type { AccountRow } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import { record } from "#lib/observe/events.ts";
import { forgive, forgiveUnavailable } from "#lib/rate-limits.ts";
import { countGuessAt } from "./count-guess.ts";
import type { Hash } from "./hash-queue.ts";
import { comparePassword } from "./hashing.ts";

/**
 * Whether this is the password of a signed-in user's account. A wrong one counts as a wrong login by the username does: a
 * stolen session must not allow more guesses.
 * @param address the client's address @throws {AppError} `throttled`; `unavailable`
 */
export async function isOwnPassword(
  db: Database,
  hash: Hash,
  account: AccountRow,
  password: string,
  address: string,
): Promise<boolean> {
  const { id, password: stored } = account;
  const guesses = await countGuessAt(db, account, address);
  const { isRight } = await forgiveUnavailable(db, guesses, () => comparePassword(db, hash, password, stored));
  if (isRight) await forgive(db, { once: [], all: guesses });
  else record("password_refused", { user_id: id });
  return isRight;
}
