import type pg from "pg";
import { type DatabaseUrl, parseDatabaseUrl } from "#lib/settings/database-url.ts";
import { encryptionsOf, isServerVerified } from "./options.ts";
import { type Attempt, type Findings, startConnection, tell, type Wanted } from "./start.ts";

const findings = new Map<string, Findings>();
const connectedAt = new WeakMap<pg.Client, number>();

const UNVERIFIED =
  "the connection to the database is encrypted, but the server does not have to prove that it is the right one: " +
  "with sslmode=verify-full in DATABASE_URL, and sslrootcert=FILE for an authority of its own, it has to";

/**
 * Connects to the database that a URL names: the first of its hosts that can be written to. A host that the URL says nothing
 * of TLS for is tried with it and without. What was found out is tried first from then on.
 * @throws {Error} why the last host could not be connected to; `connectionProblem` puts it into a line
 */
export async function connect(databaseUrl: string, wanted: Wanted): Promise<pg.Client> {
  const url = parseDatabaseUrl(databaseUrl);
  const found = findings.get(databaseUrl) ?? { isPooled: false, told: new Set() };
  findings.set(databaseUrl, found);
  return connectToFirst(attemptsOf(url, found), { ...wanted, end: performance.now() + wanted.timeoutMs }, found);
}

/** For how many ms a connection has been there. */
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

async function connectToFirst(attempts: Attempt[], wanted: Wanted & { end: number }, found: Findings): Promise<pg.Client> {
  const [attempt, ...others] = attempts as [Attempt, ...Attempt[]];
  const elsewhere = others.filter(({ address }) => address !== attempt.address);
  // One host that is silent leaves the others their time.
  const share = (wanted.end - performance.now()) / (1 + new Set(elsewhere.map(({ address }) => address)).size);
  try {
    const client = await startConnection(attempt, { ...wanted, timeoutMs: Math.max(1, share) }, found);
    found.last = name(attempt);
    connectedAt.set(client, performance.now());
    if (attempt.isEncrypted && !isServerVerified(attempt.url)) tell(UNVERIFIED, wanted, found);
    return client;
  } catch (error) {
    const next = isAboutEncryption(error) ? others : elsewhere;
    if (isFinal(error) || next.length === 0) throw error;
    return connectToFirst(next, wanted, found);
  }
}

function name({ address: { host, port }, isEncrypted }: Attempt): string {
  return `${host}:${port} ${isEncrypted}`;
}

// A wrong password is wrong at the other hosts too, and guessing on would lock the role out where that is counted.
function isFinal(error: unknown): boolean {
  return ["28P01", "3D000"].includes((error as NodeJS.ErrnoException).code ?? "");
}

// 28000: invalid_authorization_specification, as pg_hba.conf refuses a connection for being encrypted or not.
function isAboutEncryption(error: unknown): boolean {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return code === "28000" || /SSL|TLS/.test(message) || /^(EPROTO|ERR_SSL|ERR_TLS)/.test(code);
}
