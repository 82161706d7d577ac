import "server-only";

import { hasPassword } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import type { ProofMethod } from "#lib/errors.ts";

/** How the owner of this account can prove who it is. */
export async function findProofMethods(db: Database, userId: number): Promise<ProofMethod[]> {
  return (await hasPassword(db, userId)) ? ["password"] : [];
}
