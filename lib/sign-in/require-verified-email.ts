import "server-only";

import type { Database } from "#db/pool.ts";
import { config } from "#lib/config.ts";
import { AppError } from "#lib/errors.ts";
import { post } from "#lib/mail/letter.ts";
import { confirmEmail } from "#lib/mail/letters/confirm-email.ts";
import { rememberRefusedLogin } from "./refused-login.ts";

/**
 * The gate of every login, whatever was checked before it: where EMAIL_VERIFICATION is required, an account whose address is not
 * verified stays closed, and its owner gets the mail again. An account without an address stays closed, too, until an operator
 * gives it one (`manage user set-email`).
 * @throws {AppError} `email_not_verified`
 */
export async function requireVerifiedEmail(
  db: Database,
  account: { id: number; email: string | null; is_verified: boolean },
): Promise<void> {
  if (account.is_verified || config().EMAIL_VERIFICATION === "optional") return;
  await rememberRefusedLogin(db, account.id);
  await post(db, confirmEmail, { address: account.email, userId: account.id, facts: { isWelcome: false } });
  throw new AppError("email_not_verified");
}
