import { type DatabaseUrl, describeDatabase, parseDatabaseUrl } from "#lib/settings/database-url.ts";

/**
 * One line that says why a database can't be reached, and what to do about it. It holds no part of the password.
 * @param databaseUrl a URL that `parseDatabaseUrl` accepts
 */
export function connectionProblem(error: unknown, databaseUrl: string): string {
  const url = parseDatabaseUrl(databaseUrl);
  // A host name with two addresses fails with an error for each.
  const [cause = error] = error instanceof AggregateError ? error.errors : [error];
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const found = PROBLEMS.find(({ codes, messages }) => codes?.test(code) || messages?.test(message));
  const place = describeDatabase(databaseUrl).replace(/^[^/]*\/\/([^@]*@)?/, "");
  const says = found?.says ?? (() => `can't be reached (${code || message}): start it, or check DATABASE_URL`);
  return `the database ${place} ${says(url, code || message)}`;
}

type Problem = { codes?: RegExp; messages?: RegExp; says: (url: DatabaseUrl, what: string) => string };

// The first match counts. Postgres' errors are matched by code, since its messages come in the server's language. PgBouncer's
// are matched by message: they are in English, and all have one code (08P01, protocol violation).
const PROBLEMS: Problem[] = [
  {
    codes: /^28P01$/,
    messages: /authentication failed|no such user/,
    says: ({ user }) => `refuses the user ${user} or the password: check DATABASE_URL`,
  },
  { messages: /client password must be/, says: () => "requires a password: put one into DATABASE_URL" },
  { codes: /^28000$/, says: sayNotAdmitted },
  {
    codes: /^3D000$/,
    messages: /^no such database/,
    says: ({ database }) => `does not exist: create ${database}, or check DATABASE_URL`,
  },
  {
    codes: /^53300$/,
    messages: /no more connections allowed|max_client_conn/,
    says: () => "has no connection left: raise its max_connections, or lower DATABASE_POOL_SIZE or WEB_CONCURRENCY",
  },
  {
    messages: /statement pooling mode/,
    says: () =>
      "is behind a pooler that allows no transactions: migrate with pool_mode = transaction, or connect to Postgres directly",
  },
  { codes: /^57P03$/, says: () => "is starting, or recovering (57P03): try again in a moment" },
  { codes: /^25006$/, says: () => "can't be written to, as a standby can't: name the primary in DATABASE_URL" },
  {
    messages: /does not support SSL|SSL required|establishing an SSL/,
    says: (_url, what) => `does not offer TLS, or requires it (${what}): check sslmode in DATABASE_URL`,
  },
  {
    codes: /^(ERR_TLS_CERT_ALTNAME_INVALID)$/,
    says: () => "has a certificate for another name: check the host in DATABASE_URL; sslmode=verify-ca does not compare names",
  },
  { codes: /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, says: (_url, what) => `has a certificate that is not valid now (${what})` },
  {
    codes: /^(SELF_SIGNED_CERT|DEPTH_ZERO|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_UNTRUSTED|CERT_SIGNATURE)/,
    says: (_url, what) => `has a certificate of an unknown authority (${what}): name its file with sslrootcert in DATABASE_URL`,
  },
  {
    codes: /^(ENOTFOUND|EAI_\w+)$/,
    says: (_url, what) => `can't be reached (${what}): its host name is not known; check DATABASE_URL`,
  },
];

function sayNotAdmitted({ tls, user }: DatabaseUrl): string {
  if (tls !== "disable") return `does not admit the user ${user} from here (28000): see its pg_hba.conf`;
  return `does not admit the user ${user} without TLS (28000): put sslmode=require into DATABASE_URL, or see its pg_hba.conf`;
}
