import pg from "pg";
import { requireChannelBinding } from "./channel-binding.ts";
import { connectionOptions, encryptionsOf } from "./connection-options.ts";
import { type DatabaseUrl, parseDatabaseUrl } from "./database-url.ts";
import { POOLED_SETTINGS, SESSION_SETTINGS } from "./session-settings.ts";

type Wanted = {
  /** For the whole of it, however many hosts there are, in ms. */
  timeoutMs: number;
  applicationName?: string;
  /** Whether the server is to end a statement by itself, in ms. */
  statementTimeoutMs?: number;
  /** Hears once of what a pooler on the way does not let the application ask for. */
  onPooler?: (lost: string) => void;
};

type Attempt = { url: DatabaseUrl; address: DatabaseUrl["hosts"][number]; isEncrypted: boolean };

/** What earlier connections of this process found out, by URL. */
type Findings = { attempt?: string; isPooled: boolean };
const findings = new Map<string, Findings>();
const connectedAt = new WeakMap<pg.Client, number>();

/**
 * Connects to the database that a URL names: the first of its hosts that can be written to. A name that says nothing of
 * TLS is tried with it and without.
 * @throws {Error} why the last host could not be connected to; `connectionProblem` puts it into a line
 */
export async function connect(databaseUrl: string, wanted: Wanted): Promise<pg.Client> {
  const found = findings.get(databaseUrl) ?? { isPooled: false };
  findings.set(databaseUrl, found);
  const url = parseDatabaseUrl(databaseUrl);
  const attempts = attemptsOf(url).sort(
    (one, other) => Number(name(other) === found.attempt) - Number(name(one) === found.attempt),
  );
  const end = performance.now() + wanted.timeoutMs;
  let failure: unknown;
  while (attempts.length > 0) {
    const [attempt] = attempts.splice(0, 1) as [Attempt];
    // One host that is silent leaves the others their time.
    const timeoutMs = (end - performance.now()) / (1 + hostsOf(attempts, attempt));
    try {
      const client = await open(attempt, { ...wanted, timeoutMs: Math.max(1, timeoutMs) }, found);
      found.attempt = name(attempt);
      connectedAt.set(client, performance.now());
      return client;
    } catch (error) {
      failure = error;
      if (isFinal(error)) break;
      if (!isAboutEncryption(error)) drop(attempts, attempt);
    }
  }
  throw failure;
}

/** For how many ms a connection has been there. */
export function ageOf(client: pg.Client): number {
  return performance.now() - (connectedAt.get(client) ?? Number.NEGATIVE_INFINITY);
}

function attemptsOf(url: DatabaseUrl): Attempt[] {
  return url.hosts.flatMap((address) => encryptionsOf(url, address.host).map((isEncrypted) => ({ url, address, isEncrypted })));
}

function name({ address: { host, port }, isEncrypted }: Attempt): string {
  return `${host}:${port} ${isEncrypted}`;
}

function hostsOf(attempts: Attempt[], { address }: Attempt): number {
  return new Set(attempts.map((attempt) => attempt.address).filter((other) => other !== address)).size;
}

function drop(attempts: Attempt[], { address }: Attempt): void {
  attempts.splice(0, attempts.length, ...attempts.filter((attempt) => attempt.address !== address));
}

// A wrong password is wrong at the other hosts too, and guessing on would lock the role out where that is counted.
function isFinal(error: unknown): boolean {
  return ["28P01", "3D000"].includes(codeOf(error));
}

// 28000: invalid_authorization_specification, as pg_hba.conf refuses a connection for being encrypted or not.
function isAboutEncryption(error: unknown): boolean {
  const { message } = error as Error;
  return codeOf(error) === "28000" || /SSL|TLS/.test(message) || /^(EPROTO|ERR_SSL|ERR_TLS)/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}

async function open(attempt: Attempt, wanted: Wanted, found: Findings): Promise<pg.Client> {
  const end = performance.now() + wanted.timeoutMs;
  const remaining = () => Math.max(1, end - performance.now());
  let client: pg.Client;
  try {
    client = await start(attempt, wanted, remaining(), found.isPooled);
  } catch (error) {
    // PgBouncer's word for what its ignore_startup_parameters does not name: a protocol violation.
    if (found.isPooled || codeOf(error) !== "08P01" || !/startup parameter/.test((error as Error).message)) throw error;
    client = await start(attempt, wanted, remaining(), true);
    if (!found.isPooled) wanted.onPooler?.(lostTo(wanted));
    found.isPooled = true;
  }
  if (!needsWritable(attempt.url)) return client;
  const query = { text: "select pg_is_in_recovery() as is_standby", query_timeout: remaining() };
  const { rows } = await client.query(query as pg.QueryConfig).catch((error) => abandon(client, error));
  // The code of read_only_sql_transaction: what the first statement that writes would say.
  const standby = Object.assign(new Error("it is a standby"), { code: "25006" });
  return rows[0]?.is_standby ? abandon(client, standby) : client;
}

async function start(attempt: Attempt, wanted: Wanted, timeoutMs: number, isPooled: boolean): Promise<pg.Client> {
  const options = connectionOptions(attempt.url, attempt.address, attempt.isEncrypted);
  const client = new pg.Client({ ...options, connectionTimeoutMillis: timeoutMs }) as pg.Client & {
    getStartupConf: () => Record<string, string | undefined>;
  };
  const { user, database } = client.getStartupConf();
  const name = attempt.url.parameters.get("application_name") ?? wanted.applicationName ?? "movieconnect";
  const settings = isPooled ? pooledSettings() : { ...SESSION_SETTINGS, ...statementTimeout(wanted) };
  const asked = attempt.url.parameters.get("options");
  // pg's own leaves out most of what Postgres takes at the start of a connection.
  client.getStartupConf = () => ({ user, database, application_name: name, ...(asked ? { options: asked } : {}), ...settings });
  // A connection that breaks fails its statement. It is told to listeners too, and without one would end the process.
  client.on("error", () => undefined);
  if (attempt.url.parameters.get("channel_binding") === "require") requireChannelBinding(client);
  return client.connect().then(
    () => client,
    (error) => abandon(client, error),
  );
}

function pooledSettings(): Record<string, string> {
  return Object.fromEntries(POOLED_SETTINGS.map((name) => [name, SESSION_SETTINGS[name]]));
}

function statementTimeout({ statementTimeoutMs }: Wanted): Record<string, string> {
  return statementTimeoutMs === undefined ? {} : { statement_timeout: String(statementTimeoutMs) };
}

function lostTo(wanted: Wanted): string {
  const all = Object.keys({ ...SESSION_SETTINGS, ...statementTimeout(wanted) });
  return all.filter((name) => !(POOLED_SETTINGS as readonly string[]).includes(name)).join(", ");
}

// Of several hosts at most one takes what an application writes, whether or not the URL says so.
function needsWritable({ hosts, parameters }: DatabaseUrl): boolean {
  const attributes = parameters.get("target_session_attrs");
  return attributes === undefined ? hosts.length > 1 : attributes !== "any";
}

function abandon(client: pg.Client, error: unknown): never {
  client.end().catch(() => undefined);
  throw error;
}
