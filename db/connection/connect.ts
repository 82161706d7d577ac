import type pg from "pg";
import { type DatabaseUrl, parseDatabaseUrl } from "#lib/settings/database-url.ts";
import { encryptionsOf, isServerVerified } from "./options.ts";
import { type Attempt, type ConnectOptions, type Findings, notifyOnce, startConnection } from "./start.ts";

const findings = new Map<string, Findings>();
const connectedAt = new WeakMap<pg.Client, number>();

const UNVERIFIED =
  "the connection to the database is encrypted, but the server's certificate is not verified: " +
  "set sslmode=verify-full in DATABASE_URL, and sslrootcert=FILE for a private certificate authority";

/**
 * Connects to the database that a URL names, at the first of its hosts that accepts writes. Where the URL leaves TLS open, a
 * host is tried with TLS and without. The combination that worked is tried first from then on.
 * @throws {Error} why the last host could not be connected to; `connectionProblem` explains it in one line
 */
export async function connect(databaseUrl: string, options: ConnectOptions): Promise<pg.Client> {
  const url = parseDatabaseUrl(databaseUrl);
  const found = findings.get(databaseUrl) ?? { isPooled: false, notified: new Set() };
  findings.set(databaseUrl, found);
  return connectToFirst(attemptsOf(url, found), { ...options, end: performance.now() + options.timeoutMs }, found);
}

/** A connection's age in ms. */
export function ageOf(client: pg.Client): number {
  return performance.now() - (connectedAt.get(client) ?? Number.NEGATIVE_INFINITY);
}

function attemptsOf(url: DatabaseUrl, { last }: Findings): Attempt[] {
  const all = url.hosts.flatMap((address) =>
    encryptionsOf(url, address.host).map((isEncrypted) => ({ url, address, isEncrypted })),
  );
  const isLast = (attempt: Attempt) => Number(name(attempt) === last);
  return all.sort((one, other) => isLast(other) - isLast(one));
}

type Timed = ConnectOptions & { end: number };

async function connectToFirst(attempts: Attempt[], options: Timed, found: Findings): Promise<pg.Client> {
  const [attempt, ...others] = attempts as [Attempt, ...Attempt[]];
  const elsewhere = others.filter(({ address }) => address !== attempt.address);
  // A silent host may not use up the other hosts' time.
  const share = (options.end - performance.now()) / (1 + new Set(elsewhere.map(({ address }) => address)).size);
  try {
    const client = await startConnection(attempt, { ...options, timeoutMs: Math.max(1, share) }, found);
    found.last = name(attempt);
    connectedAt.set(client, performance.now());
    if (attempt.isEncrypted && !isServerVerified(attempt.url)) notifyOnce(UNVERIFIED, options, found);
    return client;
  } catch (error) {
    const next = isAboutEncryption(error) ? others : elsewhere;
    if (isFinal(error) || next.length === 0) throw error;
    return connectToFirst(next, options, found);
  }
}

function name({ address: { host, port }, isEncrypted }: Attempt): string {
  return `${host}:${port} ${isEncrypted}`;
}

// A wrong password is wrong at the other hosts too, and more attempts could lock the role out.
function isFinal(error: unknown): boolean {
  return ["28P01", "3D000"].includes((error as NodeJS.ErrnoException).code ?? "");
}

// 28000: invalid_authorization_specification, with which pg_hba.conf refuses a connection for being encrypted, or for not
// being encrypted.
function isAboutEncryption(error: unknown): boolean {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return code === "28000" || /SSL|TLS/.test(message) || /^(EPROTO|ERR_SSL|ERR_TLS)/.test(code);
}
