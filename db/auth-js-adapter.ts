import PostgresAdapter from "@auth/pg-adapter";
import type { Pool } from "pg";
import type { Database } from "./pool.ts";
import type { ProviderAccount } from "./sessions.ts";

// What is read and written by @auth/pg-adapter. It is a file of its own, so that only sign-ins with a provider load that package.

type Adapter = Required<ReturnType<typeof PostgresAdapter>>;

/** A user as the adapter's `select *` finds them. */
export type LinkedUser = {
  id: number;
  email: string | null;
  email_verified_at: Date | null;
  birth_date: string | null;
  is_active: boolean;
  has_second_factor: boolean;
};

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

// The adapter is written for a pool of `pg`, of which it uses `query` alone.
function adapter(db: Database): Adapter {
  const query = async (text: string, values?: unknown[]) => {
    const rows = await db.query(text, values);
    return { rows, rowCount: rows.length };
  };
  return PostgresAdapter({ query } as unknown as Pool) as Adapter;
}
