import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type Embedded, startEmbedded } from "#db/embedded/embedded.ts";
import { poolerSettings } from "#e2e/tools/test-settings.ts";
import { launch, startCommand } from "./launch.ts";
import { startPgBouncer } from "./pgbouncer-server.ts";

// Real servers for tests: Postgres as `npm start` runs it, and the application by the command that `npm start` is.

/** `url` may lead through a PgBouncer; `directUrl` never does. */
export type TestPostgres = Embedded & { directory: string; directUrl: string };
/** `metrics` is where the metrics are; empty where they are nowhere. */
export type TestServer = {
  origin: string;
  metrics: string;
  output: () => string;
  process: ChildProcess;
  stop: () => Promise<number | null>;
};

/** @param environment of Postgres' own processes */
export async function startPostgres(
  settings: Record<string, string | number> = {},
  parent = tmpdir(),
  environment: Record<string, string> = {},
): Promise<TestPostgres> {
  const directory = await mkdtemp(join(parent, "movieconnect-"));
  // Postgres' processes inherit this process' environment.
  Object.assign(process.env, environment);
  const embedded = await startEmbedded(directory, { settings: { max_connections: 200, ...settings } });
  for (const name of Object.keys(environment)) delete process.env[name];
  const pooler = poolerSettings().TEST_PGBOUNCER === "on" ? await startPgBouncer(embedded.url) : undefined;
  const stop = async () => {
    await pooler?.stop();
    await embedded.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { ...embedded, url: pooler?.url ?? embedded.url, directUrl: embedded.url, directory, stop };
}

/**
 * Starts the application on a free port, its metrics on another. Resolves when it serves; rejects with its output when it ends before that.
 * @param directory where the source is, if it is not this one
 */
export async function startServer(variables: Record<string, string>, directory?: string): Promise<TestServer> {
  const launched = launch(
    { METRICS_ADDRESS: "127.0.0.1:0", ...variables },
    directory === undefined ? {} : { cwd: directory, command: startCommand(directory) },
  );
  const stop = () => {
    launched.process.kill("SIGTERM");
    return launched.ended;
  };
  const output = () => launched.output() + launched.errors();
  const origin = await launched.origin;
  const [metrics = ""] = /http:\/\/\S+\/metrics/.exec(launched.output()) ?? [];
  return { origin, metrics, output, process: launched.process, stop };
}

/**
 * Resolves when the condition holds; rejects when it still does not after `seconds`. A check that began earlier is no proof of
 * that: on a busy machine one check may take seconds.
 */
export async function eventually(condition: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  for (;;) {
    const isLast = performance.now() > end;
    if (await condition()) return;
    if (isLast) throw new Error(`not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/**
 * Resolves when the condition holds, within a worker's next poll (`REVOCATION_POLL_MS`). Rejects when it was asked a hundred times
 * in vain: that is 3 s where it is answered at once, and longer on a busy machine, where the poll comes later too.
 */
export async function withinPoll(condition: () => Promise<boolean>): Promise<void> {
  for (let asked = 0; !(await condition()); asked += 1) {
    if (asked === 100) throw new Error("not within a poll");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export type Query = (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;

/** Looks into the database, or changes it, beside the application. */
export async function withDatabase<Outcome>(url: string, work: (query: Query) => Promise<Outcome>): Promise<Outcome> {
  const client = new pg.Client({ connectionString: url });
  // A broken connection fails its statement. It also emits an error, which would end the process without a listener.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(async (text, values = []) => (await client.query(text, values)).rows);
  } finally {
    await client.end();
  }
}
