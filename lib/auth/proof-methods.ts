import "server-only";

import { hasPassword } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import { listLinked } from "#db/provider-accounts.ts";
import type { ProofMethod } from "#lib/errors.ts";
import { isConfigured } from "./providers.ts";

/** How the owner of this account can prove who it is. */
export async function findProofMethods(db: Database, userId: number): Promise<ProofMethod[]> {
  if (await hasPassword(db, userId)) return ["password"];
  const linked = await listLinked(db, userId);
  return linked.some(({ provider }) => isConfigured(provider)) ? ["provider"] : [];
}
