import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { type Embedded, startEmbedded } from "../db/embedded.ts";
import { migrate } from "../db/migrate.ts";
import { environmentWith, type LaunchConfig, launchConfig } from "../lib/config.ts";
import { ensureBuild } from "./build.ts";
import { runWorkers } from "./workers.ts";

// `npm start` and `npm run dev`: everything that runs, from a fresh checkout.

const isDev = process.argv.includes("--dev");
let embedded: Embedded | undefined;
let stopWorkers: () => Promise<void> = async () => undefined;
let stopping = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(0));
main().catch((error: unknown) => {
  if (!stopping) console.error(`movieconnect: ${error instanceof Error ? error.message : error}`);
  return stop(1);
});

async function main(): Promise<void> {
  const settings = launchConfig();
  await assertFree(settings.PORT);
  const workers = settings.WEB_CONCURRENCY ?? (isDev ? 1 : availableParallelism());
  const [databaseUrl] = await Promise.all([
    openDatabase(settings, workers),
    isDev ? undefined : ensureBuild(".next", environmentWith({}), say),
  ]);
  const secret = settings.AUTH_SECRET ? {} : { AUTH_SECRET: await keepSecret(settings.DATA_DIR) };
  await migrate(databaseUrl);
  if (stopping) return;
  const running = runWorkers(
    workers,
    [String(settings.PORT), isDev ? "dev" : "production"],
    environmentWith({
      DATABASE_URL: databaseUrl,
      ...secret,
      NODE_ENV: isDev ? "development" : "production",
      NEXT_TELEMETRY_DISABLED: "1",
    }),
    (reason) => stop(1, reason),
  );
  stopWorkers = running.stop;
  printBanner(await running.listening, workers, databaseUrl);
}

// A database of one's own outlives this directory: a secret that was made here would be lost with it, and log all out.
async function openDatabase(settings: LaunchConfig, workers: number): Promise<string> {
  if (settings.DATABASE_URL !== undefined) {
    if (settings.AUTH_SECRET !== undefined) return settings.DATABASE_URL;
    throw new Error("AUTH_SECRET is required with a DATABASE_URL: make one with `npm run --silent secret`");
  }
  say(`Starting Postgres in ${settings.DATA_DIR}/`);
  embedded = await startEmbedded(settings.DATA_DIR, { settings: { max_connections: workers * 20 + 50 } });
  return embedded.url;
}

async function keepSecret(directory: string): Promise<string> {
  const file = join(directory, "auth-secret");
  const kept = await readFile(file, "utf8").catch(() => null);
  if (kept) return kept;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const secret = randomBytes(32).toString("base64url");
  await writeFile(file, secret, { mode: 0o600 });
  return secret;
}

function assertFree(port: number): Promise<void> {
  return new Promise((free, taken) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") {
        taken(new Error(`port ${port} is taken: stop what listens there, or choose another, as in PORT=${port + 1} npm start`));
      } else taken(new Error(`port ${port} can't be used (${error.code}): choose another with PORT`));
    });
    probe.listen(port, () => probe.close(() => free()));
  });
}

function printBanner(port: number, workers: number, databaseUrl: string): void {
  // Without the password: output ends up in logs. The file has it.
  const { protocol, username, host, pathname } = new URL(databaseUrl);
  const how = isDev ? "hot reload" : `${workers} worker${workers === 1 ? "" : "s"}`;
  const lines = [
    `MovieConnect is ready, with ${how}.`,
    "",
    `Open       http://localhost:${port}`,
    `Database   ${protocol}//${username}@${host}${pathname}`,
    ...(embedded ? [`           psql "$(cat ${relative(".", embedded.urlFile)})"`] : []),
    "Stop       Ctrl-C",
  ];
  say(`\n${lines.map((line) => `  ${line}`.trimEnd()).join("\n")}\n`);
}

async function stop(status: number, reason?: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  if (reason) console.error(`movieconnect: ${reason}`);
  await stopWorkers();
  await embedded?.stop();
  process.exit(status);
}

function say(line: string): void {
  console.log(line);
}
