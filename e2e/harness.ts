import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type Embedded, startEmbedded } from "../db/embedded.ts";
import { environmentWith } from "../lib/config.ts";

// Real servers for tests: Postgres as `npm start` runs it, and the application by the command that `npm start` is.

export type TestPostgres = Embedded & { directory: string };
export type TestServer = { origin: string; output: () => string; process: ChildProcess; stop: () => Promise<number | null> };

const ROOT = join(import.meta.dirname, "..");

export async function startPostgres(settings: Record<string, string | number> = {}): Promise<TestPostgres> {
  const directory = await mkdtemp(join(tmpdir(), "movieconnect-"));
  const embedded = await startEmbedded(directory, { settings: { max_connections: 200, ...settings } });
  const stop = async () => {
    await embedded.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { ...embedded, directory, stop };
}

/** Starts the application on a free port. Resolves when it serves; rejects with its output when it ends before that. */
export async function startServer(variables: Record<string, string>): Promise<TestServer> {
  const env = environmentWith({
    AUTH_SECRET: randomBytes(32).toString("base64url"),
    BCRYPT_COST: "10",
    PORT: "0",
    WEB_CONCURRENCY: "2",
    NODE_ENV: "",
    ...variables,
  });
  const child = spawn(process.execPath, ["--import", "tsx", "bin/start.ts"], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const port = await new Promise<string>((ready, failed) => {
    const read = (chunk: Buffer) => {
      output += chunk;
      const open = /Open +http:\/\/localhost:(\d+)/.exec(output);
      if (open?.[1]) ready(open[1]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    exited.then((status) => failed(new Error(`the server ended with ${status}:\n${output}`)));
  });
  const stop = () => {
    child.kill("SIGTERM");
    return exited;
  };
  return { origin: `http://127.0.0.1:${port}`, output: () => output, process: child, stop };
}

/** Resolves when the condition holds; rejects after `seconds`. */
export async function eventually(condition: () => boolean | Promise<boolean>, seconds = 10): Promise<void> {
  const end = Date.now() + seconds * 1_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

type Query = (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;

/** Looks into the database, or changes it, beside the application. */
export async function withDatabase<Outcome>(url: string, work: (query: Query) => Promise<Outcome>): Promise<Outcome> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(async (text, values = []) => (await client.query(text, values)).rows);
  } finally {
    await client.end();
  }
}
