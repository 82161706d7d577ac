import "server-only";

import { findAccountDetails } from "#db/account-details.ts";
import type { Database } from "#db/pool.ts";
import type { Account } from "#lib/answers.ts";
import { AppError } from "#lib/errors.ts";

/** The account of a signed-in user. @throws {AppError} `access_token_not_valid` if it has been deleted */
export async function describeAccount(db: Database, userId: number): Promise<Account> {
  const found = await findAccountDetails(db, userId);
  if (!found) throw new AppError("access_token_not_valid", { reason: "invalid" });
  const { id, username, email, email_verified, birth_date: age, created_at, has_password, providers } = found;
  const { has_totp: totp, recovery_codes: recovery_codes_left, passkeys } = found;
  const known = { id, username, email, email_verified, age, created_at: created_at.toISOString(), has_password };
  return { ...known, totp, recovery_codes_left, passkeys, providers };
}
