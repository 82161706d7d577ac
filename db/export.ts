import type { Database } from "./pool.ts";

type Part = {
  table: string;
  /** Which rows are the user's, whose id is `$1` */
  where: string;
  /** What the export has of each row */
  exported: string[];
  /** What it leaves out, each with the reason */
  withheld: Record<string, string>;
};

const THEIRS = "user_id = $1";
const OWNER = { user_id: "the account's id, which the export has" };
const NEVER = "never stored";
const SENDING = "how the sending goes on";

/**
 * What an account's owner gets of each table. A test demands that every column of every table is in here or in `NOT_THEIRS`.
 * @internal for that test
 */
export const PARTS = {
  account: {
    table: "users",
    where: "id = $1",
    exported: [...["id", "username", "email", "email_verified_at", "birth_date", "is_active", "created_at", "has_second_factor"]],
    withheld: { username_key: "the username without its case", passkey_handle: "a random number, as passkeys know the account" },
  },
  password: {
    table: "passwords",
    where: THEIRS,
    exported: ["changed_at"],
    withheld: { ...OWNER, encoded: "a password's hash", is_from_django: "whether that hash was imported" },
  },
  sessions: {
    table: "sessions",
    where: THEIRS,
    exported: [
      ...["id", "created_at", "rotated_at", "authenticated_at", "expires_at", "revoked_at", "end_reason"],
      ...["address", "device", "username"],
    ],
    withheld: { ...OWNER, generation: "a count of refreshes", grace_generation: "a count of refreshes" },
  },
  login_addresses: {
    table: "login_addresses",
    where: THEIRS,
    exported: ["address", "last_login_at"],
    withheld: { ...OWNER, password_changed_at: "the password's part has it" },
  },
  events: { table: "events", where: THEIRS, exported: ["id", "at", "event", "address", "network", "device"], withheld: OWNER },
  email_changes: {
    table: "email_changes",
    where: THEIRS,
    exported: ["old_email", "changed_at", "undone_at"],
    withheld: { ...OWNER, id: "a number of ours" },
  },
  providers: {
    table: "accounts",
    where: '"userId" = $1',
    exported: ["provider", "providerAccountId", "linked_at"],
    withheld: {
      ...{ id: "a number of ours", userId: OWNER.user_id, type: "the provider says it" },
      ...{ access_token: NEVER, refresh_token: NEVER, id_token: NEVER, expires_at: NEVER },
      ...{ token_type: NEVER, scope: NEVER, session_state: NEVER },
    },
  },
  passkeys: {
    table: "passkeys",
    where: THEIRS,
    exported: ["name", "credential_id", "transports", "aaguid", "may_sync", "is_synced", "created_at", "last_used_at"],
    withheld: { ...OWNER, id: "a number of ours", public_key: "of use to this site alone", counter: "a count of logins" },
  },
  totp: {
    table: "totp_secrets",
    where: THEIRS,
    exported: ["is_on", "added_at"],
    withheld: { ...OWNER, sealed: "a secret", last_step: "when a code was used last" },
  },
  recovery_codes: {
    table: "recovery_codes",
    where: THEIRS,
    exported: ["made_at"],
    withheld: { ...OWNER, digest: "a code's hash" },
  },
  django: {
    table: "django_users",
    where: THEIRS,
    exported: ["is_staff", "last_login_at", "tokens_void_before"],
    withheld: { ...OWNER, brought: "digests of what was imported" },
  },
  mails: {
    table: "mails",
    // A mail that recovers an account knows only the address.
    where: `${THEIRS} or user_id is null and lower(address) = (select lower(email) from users where id = $1)`,
    exported: ["kind", "address", "created_at", "outcome", "settled_at"],
    withheld: {
      ...OWNER,
      ...{ id: "a number of ours", facts: "the mail itself says it", collapse_key: "a digest" },
      ...{ attempts: SENDING, next_attempt_at: SENDING, give_up_at: SENDING, locked_until: SENDING, last_error: SENDING },
    },
  },
} satisfies Record<string, Part>;

/** Tables that keep nothing of an account, each with the reason. @internal for that test */
export const NOT_THEIRS: Record<string, string> = {
  lineage: "which database this is",
  migrations: "the schema's own history",
  rate_limits: "counts of attempts without a name, for a day at most",
  spent: "the ids of used values without their user, until a day after they would be refused for their age",
  django_deleted_users: "the numbers of deleted accounts that Django still has",
  django_tokens: "the ids of Django's tokens, each with its session's",
  django_ended_sessions: "the ids of sessions that ended at Django, without their user, for a year",
  password_formats: "the formats of hashes, of all users together",
  revocations: "the ids of ended sessions without their user, for a day",
};

/** All that is kept about a user, by part. */
export type Export = Record<keyof typeof PARTS, Record<string, unknown>[]>;

/** @param db a transaction, so that a user who is deleted in the meantime is exported as a whole or not at all */
export async function exportUser(db: Database, userId: number): Promise<Export> {
  const parts: Record<string, Record<string, unknown>[]> = {};
  for (const [name, { table, where, exported }] of Object.entries(PARTS)) {
    const columns = exported.map((column) => `"${column}"`).join(", ");
    parts[name] = await db.query(`select ${columns} from ${table} where ${where} order by 1`, [userId]);
  }
  return parts as Export;
}
