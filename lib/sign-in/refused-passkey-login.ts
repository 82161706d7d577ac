import "server-only";

import type { Database } from "#db/pool.ts";
import { AppError } from "#lib/errors.ts";
import { type CheckedPasskey, spendPasskey } from "#lib/factors/check-passkey.ts";
import { rememberRefusedLogin } from "./refused-login.ts";

/** Refuses a login whose passkey did not hold. @param userId null for an unknown passkey @throws {AppError} `passkey_not_valid` */
export async function refusePasskey(db: Database, userId: number | null): Promise<never> {
  await rememberRefusedLogin(db, userId);
  throw new AppError("passkey_not_valid");
}

/** Uses up a passkey's answer in the transaction of the login. @throws {AppError} `passkey_not_valid` */
export async function spendPasskeyOrRefuse(part: Database, checked: CheckedPasskey): Promise<void> {
  if (!(await spendPasskey(part, checked))) throw new AppError("passkey_not_valid");
}
