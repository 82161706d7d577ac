import PostgresAdapter from "@auth/pg-adapter";
import type { Pool } from "pg";
import type { Database } from "./pool.ts";
import type { ProviderAccount } from "./sessions.ts";

type Adapter = Required<ReturnType<typeof PostgresAdapter>>;

/** A user as the adapter's `select *` finds them. */
export type LinkedUser = { id: number; email: string; email_verified_at: Date | null; is_active: boolean };

/** A user's account at a provider. */
export type Linked = ProviderAccount & { linked_at: Date };

/**
 * The user whom an account at a provider opens, disabled or not.
 * @returns null if it is linked to nobody
 */
export async function findLinkedUser(db: Database, account: ProviderAccount): Promise<LinkedUser | null> {
  return (await adapter(db).getUserByAccount(account)) as LinkedUser | null;
}

/**
 * Links an account at a provider to a user. No token of the provider is stored, whatever else `account` has.
 * @throws {Error} `isLinkTaken(error)` if it is linked already, or the user has another account at that provider
 */
export async function linkAccount(db: Database, userId: number, account: ProviderAccount & { type: string }): Promise<void> {
  const { provider, providerAccountId, type } = account;
  // Auth.js' types take ids for strings and types for its own. Postgres takes the number.
  await adapter(db).linkAccount({ userId, provider, providerAccountId, type } as never);
}

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

// The adapter is written for a pool of `pg`, of which it uses `query` alone.
function adapter(db: Database): Adapter {
  const query = async (text: string, values?: unknown[]) => {
    const rows = await db.query(text, values);
    return { rows, rowCount: rows.length };
  };
  return PostgresAdapter({ query } as unknown as Pool) as Adapter;
}
