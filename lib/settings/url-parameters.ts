// The parameters that a DATABASE_URL may have after its question mark.

export type Parameters = Map<string, string>;
export const TLS_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full", "no-verify"] as const;
export type TlsMode = (typeof TLS_MODES)[number];

/** The parameters that db/connection uses. */
const USED = [
  ...["host", "port", "user", "password", "dbname", "application_name", "options", "target_session_attrs"],
  ...["sslmode", "ssl", "sslrootcert", "sslcert", "sslkey", "sslnegotiation", "channel_binding"],
];

/**
 * Parameters that providers and other clients add, and that change nothing here: there is one deadline for all, there are no
 * prepared statements, and only one of the hosts accepts writes.
 */
const IGNORED = [
  ...["connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"],
  ...["fallback_application_name", "client_encoding", "load_balance_hosts", "sslsni", "sslcompression", "gssencmode"],
  ...["uselibpqcompat", "pgbouncer", "prepared_statements", "statement_cache_size", "connection_limit", "pool_timeout"],
  ...["supa", "workaround"],
];

/** The values that make sense, of parameters with few, for an application that writes. */
const VALUES: Record<string, string[]> = {
  target_session_attrs: ["any", "read-write", "primary"],
  channel_binding: ["disable", "prefer", "require"],
  sslnegotiation: ["postgres", "direct"],
  gssencmode: ["disable", "prefer"],
};

/** @throws {Error} as `parseDatabaseUrl` does */
export function readParameters(query: string): Parameters {
  const parameters: Parameters = new Map();
  for (const pair of query.split("&").filter(Boolean)) {
    const equals = pair.indexOf("=");
    if (equals < 1) throw new Error("must have its parameters as name=value, separated by &");
    parameters.set(pair.slice(0, equals), decode(pair.slice(equals + 1)));
  }
  for (const [name, value] of parameters) {
    const values = VALUES[name];
    if (values && !values.includes(value)) throw new Error(`must have one of these as its ${name}: ${values.join(", ")}`);
    if (!USED.includes(name) && !IGNORED.includes(name)) throw new Error(unknown(name, parameters));
  }
  return parameters;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new Error("must have the values of its parameters percent-encoded");
  }
}

// With a password among the parameters, the apparent name of the next one may be a part of the password: it is not quoted.
function unknown(name: string, parameters: Parameters): string {
  const isNameable = !parameters.has("password") && /^[a-z_]{1,40}$/i.test(name);
  return `has a parameter that is not known here${isNameable ? `: ${name}` : ""}; leave it out`;
}
