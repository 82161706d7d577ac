import "server-only";

import { z } from "zod";
import type { RecoverableAccount } from "#db/recovery.ts";
import { config } from "#lib/config.ts";
import { readValue, signValue, stateDigests } from "./signed-value.ts";

const claims = z.object({ user_id: z.int().min(1), state: z.string() });

/**
 * Signs the token of a recovery link: good for `RECOVERY_LIFETIME` from now, until the account's password or address changes, or
 * a login opens a session.
 */
export function signRecoveryToken(account: RecoverableAccount): string {
  const [state] = digestsOf(account);
  return signValue("recovery", { user_id: account.id, state }, config().RECOVERY_LIFETIME);
}

/** Whose recovery token this is: the user's id. Null if it is malformed or expired. */
export function readRecoveryToken(token: string): number | null {
  return readValue("recovery", claims, token)?.user_id ?? null;
}

/** Whether a recovery token is good for this account, as it is now. */
export function isRecoveryTokenOf(account: RecoverableAccount, token: string): boolean {
  const said = readValue("recovery", claims, token);
  return said?.user_id === account.id && digestsOf(account).includes(said.state);
}

function digestsOf({ id, encoded, email, last_change }: RecoverableAccount): [string, ...string[]] {
  return stateDigests("recovery", id, encoded, email, last_change);
}
