import "server-only";

import { insertRefusedLogin } from "#db/events.ts";
import type { Database } from "#db/pool.ts";
import { clientFacts } from "#lib/auth/client-facts.ts";
import { AppError } from "#lib/errors.ts";
import { record } from "#lib/observe/events.ts";

/** Records a login that was refused. @param userId null where there is no such account */
export async function rememberRefusedLogin(db: Database, userId: number | null): Promise<void> {
  record("login_refused", { user_id: userId });
  await insertRefusedLogin(db, userId, clientFacts());
}

/** Records a login that was refused because its code or passkey was used up meanwhile, or had been copied. @throws `error` */
export async function rememberRefusedFactor(db: Database, userId: number, error: unknown): Promise<never> {
  const isRefused = error instanceof AppError && (error.code === "invalid_code" || error.code === "passkey_not_valid");
  if (isRefused) await rememberRefusedLogin(db, userId);
  throw error;
}
