import { availableParallelism } from "node:os";
import { relative } from "node:path";
import { migrate } from "#db/migrate.ts";
import { environmentWith, type LaunchConfig, launchConfig } from "#lib/config.ts";
import { describeDatabase } from "#lib/settings/database-url.ts";
import { ensureBuild } from "./build.ts";
import { type Command, runCommand } from "./command.ts";
import { openDataDirectory } from "./data-directory.ts";
import { readDotenv } from "./dotenv.ts";
import { claim } from "./lock.ts";
import { assertOpenFiles } from "./open-files.ts";
import { tellPendingMigrations } from "./pending-migrations.ts";
import { holdPort } from "./port.ts";
import { runWorkers } from "./workers.ts";

// `npm start` and `npm run dev`: everything that runs, from a fresh checkout.

type Backing = { databaseUrl: string; urlFile?: string; variables: Record<string, string>; close: () => Promise<void> };

const isDev = process.argv.includes("--dev");
runCommand(start);

async function start({ signal, hurry, atStop, fail }: Command): Promise<void> {
  readDotenv({ isDev });
  const settings = launchConfig();
  const fewFiles = assertOpenFiles(settings.DATABASE_POOL_SIZE);
  if (fewFiles) say(`Note: ${fewFiles}`);
  const held = await holdPort(settings.PORT);
  if (isDev && !(await claim(".next/dev"))) throw new Error("npm run dev runs in this directory already: stop that one first");
  // Two would compile into one directory, and a page would be told of updates by another than the one that made it.
  const count = isDev ? 1 : (settings.WEB_CONCURRENCY ?? availableParallelism());
  const backing = openBacking(settings, count);
  // What has been begun is finished before it is undone: a Postgres that is just being started would be left behind.
  atStop(async () => (await backing.catch(() => undefined))?.close());
  const [{ databaseUrl, urlFile, variables }] = await Promise.all([
    backing.then(async (opened) => {
      for (const line of await migrate(opened.databaseUrl)) say(`Note: ${line}`);
      return opened;
    }),
    isDev ? undefined : ensureBuild(".next", { environment: environmentWith({}), say, signal }),
  ]);
  if (signal.aborted) return;
  if (isDev) {
    const stopTelling = tellPendingMigrations(say);
    atStop(async () => stopTelling());
  }
  const workers = runWorkers({
    count,
    port: held,
    args: [String(settings.PORT), isDev ? "dev" : "production"],
    environment: environmentWith({
      ...variables,
      DATABASE_URL: databaseUrl,
      NODE_ENV: isDev ? "development" : "production",
      // A Ctrl-C waits until the compiler has written what it keeps, and ends what it has begun to write.
      __NEXT_DEV_WAIT_FOR_TURBOPACK_SHUTDOWN: "1",
      NEXT_TELEMETRY_DISABLED: "1",
    }),
    delayMs: settings.SHUTDOWN_DELAY_MS,
    hurry,
    say,
    fail,
  });
  atStop(workers.stop);
  const port = await workers.listening;
  if (!signal.aborted) say(banner(settings.PUBLIC_URL?.origin, port, count, databaseUrl, urlFile));
}

// A database of one's own outlives this directory: a secret that was made here would be lost with it, and log all out.
async function openBacking(settings: LaunchConfig, workers: number): Promise<Backing> {
  const { DATABASE_URL: databaseUrl, AUTH_SECRET: secrets, DATA_DIR: directory } = settings;
  if (databaseUrl !== undefined) {
    if (secrets !== undefined) return { databaseUrl, variables: {}, close: async () => undefined };
    throw new Error("AUTH_SECRET is required with a DATABASE_URL: make one with `npm run --silent secret`");
  }
  say(`Starting Postgres in ${directory}/`);
  // Enough for another command that shares it.
  const connections = 2 * workers * settings.DATABASE_POOL_SIZE + 50;
  const { secret, embedded, close } = await openDataDirectory(directory, { settings: { max_connections: connections }, say });
  const variables = secrets === undefined ? { AUTH_SECRET: secret } : ({} as Record<string, string>);
  return { databaseUrl: embedded.url, urlFile: embedded.urlFile, variables, close };
}

function banner(publicUrl: string | undefined, port: number, workers: number, databaseUrl: string, urlFile?: string): string {
  const file = urlFile && (relative(".", urlFile).startsWith("..") ? urlFile : relative(".", urlFile));
  const origin = publicUrl ?? `http://localhost:${port}`;
  const how = isDev ? "hot reload" : `${workers} worker${workers === 1 ? "" : "s"}`;
  const lines = [
    `MovieConnect is ready, with ${how}.`,
    "",
    ...(publicUrl === undefined ? [] : [`Open       ${publicUrl}`]),
    `${publicUrl === undefined ? "Open  " : "Serves"}     http://localhost:${port}`,
    // Without the password: output ends up in logs. The file has it.
    `Database   ${describeDatabase(databaseUrl)}`,
    ...(file ? [`           psql "$(cat ${quoted(file)})"`] : []),
    // To a person, who may be new here. Elsewhere the lines are as few as they were.
    ...(process.stdout.isTTY ? [`API        ${origin}/docs`] : []),
    ...(process.stdout.isTTY && publicUrl === undefined ? ["Account    npm run manage -- demo"] : []),
    "Stop       Ctrl-C",
  ];
  return `\n${lines.map((line) => `  ${line}`.trimEnd()).join("\n")}\n`;
}

// As a POSIX shell reads it.
function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

function say(line: string): void {
  console.log(line);
}
