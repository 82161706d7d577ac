import "server-only";

import { type Factors, findFactors } from "#db/factors.ts";
import type { Database } from "#db/pool.ts";
import { listLinked } from "#db/provider-accounts.ts";
import type { ProofMethod, SecondFactor } from "#lib/errors.ts";
import { isConfigured } from "./providers.ts";

/**
 * How the owner of this account can prove who it is: by a second factor where there is one, else by a password or a passkey, and by a
 * provider where there is no password.
 */
export async function findProofMethods(db: Database, userId: number): Promise<ProofMethod[]> {
  const factors = await findFactors(db, userId);
  if (factors.has_totp) return secondFactors(factors);
  const passkey: ProofMethod[] = factors.passkeys > 0 ? ["passkey"] : [];
  if (factors.has_password) return ["password", ...passkey];
  const linked = await listLinked(db, userId);
  return [...passkey, ...(linked.some(({ provider }) => isConfigured(provider)) ? (["provider"] as const) : [])];
}

/** What can follow the password or the provider of an account with a second factor. */
export async function findSecondFactors(db: Database, userId: number): Promise<SecondFactor[]> {
  return secondFactors(await findFactors(db, userId));
}

// The codes of an app are what makes it a second factor. A passkey alone asks for none, but can take the place of a code.
function secondFactors({ recovery_codes, passkeys }: Factors): SecondFactor[] {
  return ["totp", ...(recovery_codes > 0 ? (["recovery_code"] as const) : []), ...(passkeys > 0 ? (["passkey"] as const) : [])];
}
