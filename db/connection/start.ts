import pg from "pg";
import type { DatabaseUrl } from "#lib/settings/database-url.ts";
import { requireChannelBinding } from "./channel-binding.ts";
import { connectionOptions } from "./options.ts";
import { POOLED_SETTINGS, SESSION_SETTINGS } from "./session-settings.ts";

export type Wanted = {
  /** For the whole of it, in ms. */
  timeoutMs: number;
  applicationName?: string;
  /** After how many ms the server ends a statement by itself. */
  statementTimeoutMs?: number;
  /** Hears, once a process, what about these connections is less than it might be taken for. */
  onNotice?: (text: string) => void;
};
export type Attempt = { url: DatabaseUrl; address: DatabaseUrl["hosts"][number]; isEncrypted: boolean };
/** What earlier connections of this process to the same URL found out. */
export type Findings = { last?: string; isPooled: boolean; told: Set<string> };

const pooled = new WeakSet<pg.Client>();

/** Whether a pooler stands between this connection and the database. */
export function isPooled(client: pg.Client): boolean {
  return pooled.has(client);
}

/**
 * Connects to one host, with the settings that answers rely on; or with those alone that a pooler on the way takes.
 * @throws {Error} also with the code 25006, if the host is a standby and the URL has others or wants none
 */
export async function startConnection(attempt: Attempt, wanted: Wanted, found: Findings): Promise<pg.Client> {
  const end = performance.now() + wanted.timeoutMs;
  const remaining = () => Math.max(1, end - performance.now());
  const client = await start(attempt, wanted, remaining(), found.isPooled).catch((error: unknown) => {
    if (found.isPooled || !isRefusedParameter(error)) throw error;
    found.isPooled = true;
    tell(`the pooler before the database passes on none of ${lostTo(wanted)}: there its role's own settings hold`, wanted, found);
    return start(attempt, wanted, remaining(), true);
  });
  await examine(client, attempt.url, remaining()).catch((error: unknown) => abandon(client, error));
  return client;
}

/** Says it once a process. */
export function tell(text: string, { onNotice }: Wanted, { told }: Findings): void {
  if (!told.has(text)) onNotice?.(text);
  told.add(text);
}

async function start(attempt: Attempt, wanted: Wanted, timeoutMs: number, isPooled: boolean): Promise<pg.Client> {
  const { url, address, isEncrypted } = attempt;
  const options = connectionOptions(url, address, isEncrypted);
  const client = new pg.Client({ ...options, connectionTimeoutMillis: timeoutMs }) as pg.Client & Startup;
  const { user, database } = client.getStartupConf();
  const application_name = url.parameters.get("application_name") ?? wanted.applicationName ?? "movieconnect";
  const settings = Object.entries(settingsFor(wanted)).filter(([name]) => !isPooled || isPassedOn(name));
  const asked = options.options === undefined ? {} : { options: options.options };
  // pg's own leaves out most of what Postgres takes at the start of a connection.
  client.getStartupConf = () => ({ user, database, application_name, ...asked, ...Object.fromEntries(settings) });
  // A connection that breaks fails its statement. It is told to listeners too, and without one would end the process.
  client.on("error", () => undefined);
  if (url.parameters.get("channel_binding") === "require") requireChannelBinding(client);
  await client.connect().catch((error: unknown) => abandon(client, error));
  return client;
}

type Startup = { getStartupConf: () => Record<string, string | undefined> };

function settingsFor({ statementTimeoutMs }: Wanted): Record<string, string> {
  return { ...SESSION_SETTINGS, ...(statementTimeoutMs === undefined ? {} : { statement_timeout: String(statementTimeoutMs) }) };
}

function isPassedOn(setting: string): boolean {
  return (POOLED_SETTINGS as readonly string[]).includes(setting);
}

// PgBouncer's word for what its ignore_startup_parameters does not name: a protocol violation.
function isRefusedParameter(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "08P01" && /startup parameter/.test(message);
}

function lostTo(wanted: Wanted): string {
  return Object.keys(settingsFor(wanted))
    .filter((name) => !isPassedOn(name))
    .join(", ");
}

// Of several hosts at most one takes what an application writes, whether or not the URL says so.
function needsPrimary({ hosts, parameters }: DatabaseUrl): boolean {
  const attributes = parameters.get("target_session_attrs");
  return attributes === undefined ? hosts.length > 1 : attributes !== "any";
}

// A pooler answers a connection with a process number of its own making, and a statement with the backend's.
async function examine(client: pg.Client, url: DatabaseUrl, timeoutMs: number): Promise<void> {
  const query = { text: "select pg_backend_pid() as pid, pg_is_in_recovery() as is_standby", query_timeout: timeoutMs };
  const { rows } = await client.query<{ pid: number; is_standby: boolean }>(query as pg.QueryConfig);
  if (rows[0]?.pid !== (client as pg.Client & { processID: number }).processID) pooled.add(client);
  // The code of read_only_sql_transaction: what the first statement that writes would say.
  if (rows[0]?.is_standby && needsPrimary(url)) throw Object.assign(new Error("it is a standby"), { code: "25006" });
}

function abandon(client: pg.Client, error: unknown): never {
  client.end().catch(() => undefined);
  throw error;
}
