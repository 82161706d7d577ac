import type { Database } from "./pool.ts";
import type { ProviderAccount } from "./sessions.ts";

/** A user's account at a provider. */
export type Linked = ProviderAccount & { linked_at: Date };

/** Whether a statement failed because the link is there already. */
export function isLinkTaken(error: unknown): boolean {
  return error instanceof Error && "constraint" in error && /^accounts_.*_key$/.test(String(error.constraint));
}

/** A user's accounts at providers, the oldest first. */
export async function listLinked(db: Database, userId: number): Promise<Linked[]> {
  return db.query<Linked>(
    `select provider, "providerAccountId", linked_at from accounts where "userId" = $1 order by linked_at, id`,
    [userId],
  );
}

/** Removes a user's account at a provider. @returns false if there was none */
export async function unlinkAccount(db: Database, userId: number, provider: string): Promise<boolean> {
  const rows = await db.query(`delete from accounts where "userId" = $1 and provider = $2 returning id`, [userId, provider]);
  return rows.length > 0;
}

/** Removes a user's accounts at providers, all or those that were linked after a moment. @returns the providers */
export async function unlinkAll(db: Database, userId: number, after: Date | null = null): Promise<string[]> {
  const rows = await db.query<{ provider: string }>(
    `delete from accounts where "userId" = $1 and ($2::timestamptz is null or linked_at > $2) returning provider`,
    [userId, after],
  );
  return rows.map(({ provider }) => provider);
}
