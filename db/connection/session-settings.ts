/**
 * What answers rely on, whatever the server, the database or the role has as a default. Said as each connection starts,
 * which beats them all.
 */
export const SESSION_SETTINGS = {
  client_encoding: "UTF8",
  DateStyle: "ISO, MDY",
  TimeZone: "UTC",
  search_path: "public",
  default_transaction_isolation: "read committed",
  default_transaction_read_only: "off",
  default_transaction_deferrable: "off",
  extra_float_digits: "1",
  lock_timeout: "0",
};

/** What PgBouncer keeps for each client, at any version: it refuses connections that start with others. */
export const POOLED_SETTINGS = ["client_encoding", "DateStyle", "TimeZone"] as const;

/** Begins a transaction that relies on them, and takes its time: also through a pooler, which was not told at the start. */
export const BEGIN = [
  "begin isolation level read committed read write",
  ...Object.entries({ ...SESSION_SETTINGS, statement_timeout: "0" }).map(([name, value]) => `set local ${name} = '${value}'`),
].join("; ");

/**
 * Statements that make these a role's own defaults in the database that it is run in: for connections through a pooler,
 * which starts its own to Postgres as it likes. What a provider forbids is left to it.
 * @param role an SQL expression for the role's name
 */
export function keepSettingsFor(role: string): string {
  // These two would change what a person sees who looks at the database.
  const settings = Object.entries(SESSION_SETTINGS).filter(([name]) => !["client_encoding", "TimeZone"].includes(name));
  const statements = settings.map(
    ([name, value]) => `execute format('alter role %I in database %I set ${name} = ''${value}''', ${role}, current_database());`,
  );
  return `do $$ begin ${statements.join(" ")} exception when insufficient_privilege then null; end $$`;
}
