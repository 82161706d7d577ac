import "server-only";

import { findAccountById } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import { openSession } from "#lib/auth/open-session.ts";
import type { Tokens } from "#lib/auth/tokens.ts";
import { AppError } from "#lib/errors.ts";
import { checkPasskey, type PasskeySender } from "#lib/factors/check-passkey.ts";
import { type Attempt, forgive } from "#lib/rate-limits.ts";
import { rememberRefusedFactor, rememberRefusedLogin } from "./refused-login.ts";
import { refusePasskey, spendPasskeyOrRefuse } from "./refused-passkey-login.ts";
import { requireVerifiedEmail } from "./require-verified-email.ts";

/**
 * Opens a session for the owner of a passkey. It has verified its user, so it is two factors, and no other is asked for.
 * @throws {AppError} `passkey_not_valid`; `no_active_account`; `email_not_verified`; `unavailable`
 */
export async function logInWithPasskey(
  db: Database,
  response: unknown,
  client: PasskeySender & { address: string; attempt: Attempt | null },
): Promise<Tokens> {
  const checked = await checkPasskey(db, response, client);
  if (!checked) return refusePasskey(db, null);
  const account = await findAccountById(db, checked.passkey.user_id, client.address);
  if (!account?.is_active) {
    await rememberRefusedLogin(db, account?.id ?? null);
    throw new AppError("no_active_account");
  }
  await requireVerifiedEmail(db, account);
  const use = (part: Database) => spendPasskeyOrRefuse(part, checked);
  const opening = openSession(db, account.id, { passkey: checked.passkey.id }, use);
  const tokens = await opening.catch((error: unknown) => rememberRefusedFactor(db, account.id, error));
  await forgive(db, { once: client.attempt ? [client.attempt] : [], all: [] });
  return tokens;
}
