import pg from "pg";
import type { DatabaseUrl } from "#lib/settings/database-url.ts";
import { requireChannelBinding } from "./channel-binding.ts";
import { connectionOptions } from "./options.ts";
import { POOLED_SETTINGS, SESSION_SETTINGS } from "./session-settings.ts";

export type ConnectOptions = {
  /** For connecting and the first query together, in ms. */
  timeoutMs: number;
  applicationName?: string;
  /** After how many ms the server ends a statement by itself. */
  statementTimeoutMs?: number;
  /** Called once per process for each weakness of these connections that an operator should know of. */
  onNotice?: (text: string) => void;
};
export type Attempt = { url: DatabaseUrl; address: DatabaseUrl["hosts"][number]; isEncrypted: boolean };
/** What this process learned from earlier connections to the same URL. */
export type Findings = { last?: string; isPooled: boolean; notified: Set<string> };

const pooled = new WeakSet<pg.Client>();

/** Whether a pooler stands between this connection and the database. */
export function isPooled(client: pg.Client): boolean {
  return pooled.has(client);
}

/**
 * Connects to one host with the session settings that the application relies on, or with the few that a pooler accepts.
 * @throws {Error} with the code 25006 if the host is a standby, and the URL names other hosts or asks for a primary
 */
export async function startConnection(attempt: Attempt, options: ConnectOptions, found: Findings): Promise<pg.Client> {
  const end = performance.now() + options.timeoutMs;
  const remaining = () => Math.max(1, end - performance.now());
  const client = await start(attempt, options, remaining(), found.isPooled).catch((error: unknown) => {
    if (found.isPooled || !isRefusedParameter(error)) throw error;
    found.isPooled = true;
    const lost = settingsLostTo(options);
    notifyOnce(`the pooler in front of the database passes on none of ${lost}: the role's own settings apply`, options, found);
    return start(attempt, options, remaining(), true);
  });
  await checkServer(client, attempt.url, remaining()).catch((error: unknown) => closeAndThrow(client, error));
  return client;
}

/** Passes a notice on, once per process. */
export function notifyOnce(text: string, { onNotice }: ConnectOptions, { notified }: Findings): void {
  if (!notified.has(text)) onNotice?.(text);
  notified.add(text);
}

async function start(attempt: Attempt, options: ConnectOptions, timeoutMs: number, isPooled: boolean): Promise<pg.Client> {
  const { url, address, isEncrypted } = attempt;
  const clientOptions = connectionOptions(url, address, isEncrypted);
  const client = new pg.Client({ ...clientOptions, connectionTimeoutMillis: timeoutMs }) as pg.Client & Startup;
  const { user, database } = client.getStartupConf();
  const application_name = url.parameters.get("application_name") ?? options.applicationName ?? "movieconnect";
  const settings = Object.entries(settingsFor(options)).filter(([name]) => !isPooled || passesPooler(name));
  const commandLine = clientOptions.options === undefined ? {} : { options: clientOptions.options };
  // pg itself leaves out most of what Postgres accepts at the start of a connection.
  client.getStartupConf = () => ({ user, database, application_name, ...commandLine, ...Object.fromEntries(settings) });
  // A broken connection fails its statement. pg also emits "error", which would end a process without a listener.
  client.on("error", () => failed.add(client));
  if (url.parameters.get("channel_binding") === "require") requireChannelBinding(client);
  await client.connect().catch((error: unknown) => closeAndThrow(client, error));
  return client;
}

const failed = new WeakSet<pg.Client>();

/** Whether the connection has broken, or Postgres has said that it ends it. No statement can be sent on it any more. */
export function hasFailed(client: pg.Client): boolean {
  return failed.has(client);
}

type Startup = { getStartupConf: () => Record<string, string | undefined> };

function settingsFor({ statementTimeoutMs }: ConnectOptions): Record<string, string> {
  return { ...SESSION_SETTINGS, ...(statementTimeoutMs === undefined ? {} : { statement_timeout: String(statementTimeoutMs) }) };
}

function passesPooler(setting: string): boolean {
  return (POOLED_SETTINGS as readonly string[]).includes(setting);
}

// PgBouncer calls a setting that its ignore_startup_parameters does not name a protocol violation.
function isRefusedParameter(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "08P01" && /startup parameter/.test(message);
}

function settingsLostTo(options: ConnectOptions): string {
  return Object.keys(settingsFor(options))
    .filter((name) => !passesPooler(name))
    .join(", ");
}

// Of several hosts at most one accepts writes, whether or not the URL says so.
function needsPrimary({ hosts, parameters }: DatabaseUrl): boolean {
  const attributes = parameters.get("target_session_attrs");
  return attributes === undefined ? hosts.length > 1 : attributes !== "any";
}

// A pooler makes up the process number that it greets a client with; a statement returns the backend's real one.
async function checkServer(client: pg.Client, url: DatabaseUrl, timeoutMs: number): Promise<void> {
  const query = { text: "select pg_backend_pid() as pid, pg_is_in_recovery() as is_standby", query_timeout: timeoutMs };
  const { rows } = await client.query<{ pid: number; is_standby: boolean }>(query as pg.QueryConfig);
  if (rows[0]?.pid !== (client as pg.Client & { processID: number }).processID) pooled.add(client);
  // 25006: read_only_sql_transaction, with which the first write would fail.
  if (rows[0]?.is_standby && needsPrimary(url)) throw Object.assign(new Error("it is a standby"), { code: "25006" });
}

function closeAndThrow(client: pg.Client, error: unknown): never {
  client.end().catch(() => undefined);
  throw error;
}
