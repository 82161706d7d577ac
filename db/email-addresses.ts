import { RESERVED_HOURS } from "./email-changes.ts";
import type { Database } from "./pool.ts";

/** The unique index of e-mail addresses; the trigger that reserves former addresses names it, too. */
const EMAIL_KEY = "users_email_key";

/**
 * An account's address, null where it has none, with what the link to a new address is bound to: the last change, and when the password was set.
 * `password_changed_at` is text: a `Date` would drop its microseconds.
 */
export type AddressState = {
  email: string | null;
  is_verified: boolean;
  is_active: boolean;
  last_change: number | null;
  password_changed_at: string | null;
};

/** The account's address. Null if the user has been deleted. */
export async function findAddressState(db: Database, userId: number): Promise<AddressState | null> {
  const rows = await db.query<AddressState>(
    `select email, email_verified_at is not null as is_verified, is_active,
            (select max(id) from email_changes where user_id = $1) as last_change,
            (select changed_at::text from passwords where user_id = $1) as password_changed_at
     from users where id = $1`,
    [userId],
  );
  return rows[0] ?? null;
}

/** Keeps other transactions from changing this account's address, and from logging in to it, until this one ends. */
export async function lockUser(db: Database, userId: number): Promise<void> {
  await db.query("select from users where id = $1 for update", [userId]);
}

/** Marks the account's address as its owner's. @returns false if it was marked before, or is not the account's */
export async function verifyEmail(db: Database, userId: number, email: string): Promise<boolean> {
  const rows = await db.query(
    "update users set email_verified_at = now() where id = $1 and email = $2 and email_verified_at is null returning id",
    [userId, email],
  );
  return rows.length > 0;
}

/** Whose an address is. `reserved_until`: it was another account's until then less `RESERVED_HOURS`, and nobody may take it. */
export type Holder = { email: string | null; is_active: boolean | null; reserved_until: Date | null };

/** Whose an address is, apart from this account. */
export async function findOtherHolder(db: Database, email: string, userId: number): Promise<Holder> {
  const rows = await db.query<Holder>(
    `select email, is_active, reserved_until
     from (select max(changed_at) + make_interval(hours => $3) as reserved_until from email_changes
           where lower(old_email collate "C") = lower($1 collate "C") and user_id <> $2 and undone_at is null
             and changed_at > now() - make_interval(hours => $3)) reserved
     left join users on lower(email collate "C") = lower($1 collate "C") and users.id <> $2`,
    [email, userId, RESERVED_HOURS],
  );
  return rows[0] ?? { email: null, is_active: null, reserved_until: null };
}

/** Whether a statement failed because another account has the e-mail address, or had it until lately. */
export function isEmailTaken(error: unknown): boolean {
  return error instanceof Error && "constraint" in error && error.constraint === EMAIL_KEY;
}
