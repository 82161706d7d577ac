import { availableParallelism } from "node:os";
import { migrate } from "#db/migrate.ts";
import { environmentWith, type LaunchConfig, launchConfig } from "#lib/config.ts";
import { isPublic } from "#lib/settings/is-public.ts";
import { assertMailSettings, mailNote } from "#lib/settings/mail-settings.ts";
import { banner } from "./banner.ts";
import { ensureBuild } from "./build.ts";
import { type Command, runCommand } from "./command.ts";
import { openDataDirectory } from "./data-directory.ts";
import { readDotenv } from "./dotenv.ts";
import { claim } from "./lock.ts";
import { assertOpenFiles } from "./open-files.ts";
import { watchMigrations } from "./pending-migrations.ts";
import { holdPort } from "./port.ts";
import { serveMetrics } from "./serve-metrics.ts";
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
  const { mailPage, noMail } = checkMail(settings);
  const held = await holdPort(settings.PORT);
  const metrics = await serveMetrics(settings);
  atStop(metrics.close);
  if (isDev && !(await claim(".next/dev"))) throw new Error("npm run dev runs in this directory already: stop that one first");
  // In development two workers would compile into one directory, and a page could get its updates from the wrong one.
  const count = isDev ? 1 : (settings.WEB_CONCURRENCY ?? availableParallelism());
  const backing = openBacking(settings, count);
  // Waits for a start in progress before undoing it: a Postgres that is just starting would be left behind.
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
    const stopWatching = watchMigrations(say);
    atStop(async () => stopWatching());
  }
  const workers = runWorkers({
    count,
    port: held,
    args: [String(settings.PORT), isDev ? "dev" : "production"],
    environment: environmentWith({
      ...variables,
      DATABASE_URL: databaseUrl,
      MAIL_PAGE: mailPage,
      NODE_ENV: isDev ? "development" : "production",
      NEXT_TELEMETRY_DISABLED: "1",
    }),
    delayMs: settings.SHUTDOWN_DELAY_MS,
    hurry,
    follow: metrics.follow,
    say,
    fail,
  });
  atStop(workers.stop);
  const port = await workers.listening;
  if (signal.aborted) return;
  if (noMail) say(`Note: ${noMail}`);
  const publicUrl = settings.PUBLIC_URL?.origin;
  const hasMailPage = mailPage === "on";
  say(banner({ isDev, workers: count, publicUrl, port, metricsUrl: metrics.url, databaseUrl, urlFile, hasMailPage }));
}

// Mails are shown instead of sent where a person tries the application out. A public site is no such place, though its visitors
// could not see the page.
function checkMail(settings: LaunchConfig): { mailPage: "on" | "off"; noMail: string | null } {
  assertMailSettings(settings, !isDev);
  const { SMTP_URL, DATABASE_URL, PUBLIC_URL } = settings;
  const isTrial = SMTP_URL === undefined && (isDev || (DATABASE_URL === undefined && !isPublic(PUBLIC_URL)));
  const mailPage = settings.MAIL_PAGE ?? (isTrial ? "on" : "off");
  return { mailPage, noMail: mailNote({ SMTP_URL, MAIL_PAGE: mailPage }) };
}

// A database that the operator provides outlives this directory. A secret made here would be lost with the directory, and that
// would log everyone out: so with a DATABASE_URL the secret is required.
async function openBacking(settings: LaunchConfig, workers: number): Promise<Backing> {
  const { DATABASE_URL: databaseUrl, AUTH_SECRET: secrets, DATA_DIR: directory } = settings;
  if (databaseUrl !== undefined) {
    if (secrets !== undefined) return { databaseUrl, variables: {}, close: async () => undefined };
    throw new Error("AUTH_SECRET is required with a DATABASE_URL: make one with `npm run --silent secret`");
  }
  say(`Starting Postgres in ${directory}/`);
  // Enough connections for a second command that shares the server.
  const connections = 2 * workers * settings.DATABASE_POOL_SIZE + 50;
  const { secret, embedded, close } = await openDataDirectory(directory, { settings: { max_connections: connections }, say });
  const variables = secrets === undefined ? { AUTH_SECRET: secret } : ({} as Record<string, string>);
  return { databaseUrl: embedded.url, urlFile: embedded.urlFile, variables, close };
}

function say(line: string): void {
  console.log(line);
}
