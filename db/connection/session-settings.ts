/**
 * The session settings that the application relies on. Each connection sends them as it starts, which overrides the defaults
 * of the server, the database and the role.
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

/** The settings that PgBouncer tracks for each client, in every version. It refuses connections that start with others. */
export const POOLED_SETTINGS = ["client_encoding", "DateStyle", "TimeZone"] as const;

/** Begins a transaction with these settings and without a time limit, even through a pooler that has dropped them. */
export const BEGIN = begin("read committed read write");
/** The same for a transaction that only reads, all of it from one moment. */
export const BEGIN_SNAPSHOT = begin("repeatable read read only");

function begin(level: string): string {
  const settings = Object.entries({ ...SESSION_SETTINGS, statement_timeout: "0" });
  return [`begin isolation level ${level}`, ...settings.map(([name, value]) => `set local ${name} = '${value}'`)].join("; ");
}

/**
 * A statement that makes these settings a role's defaults in the current database. Connections through a pooler need that: it
 * opens its own connections to Postgres without them. Where a provider forbids it, nothing is changed.
 * @param role an SQL expression for the role's name
 */
export function setRoleDefaults(role: string): string {
  // These two would change what people see when they look at the database.
  const settings = Object.entries(SESSION_SETTINGS).filter(([name]) => !["client_encoding", "TimeZone"].includes(name));
  const statements = settings.map(
    ([name, value]) => `execute format('alter role %I in database %I set ${name} = ''${value}''', ${role}, current_database());`,
  );
  return `do $$ begin ${statements.join(" ")} exception when insufficient_privilege then null; end $$`;
}
