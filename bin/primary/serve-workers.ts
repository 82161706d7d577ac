import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { environmentWith, serviceConfig } from "#lib/config.ts";
import { writeLine } from "#lib/observe/write-line.ts";
import { assertMailSettings, mailNote } from "#lib/settings/mail-settings.ts";
import { type Command, runCommand } from "./command.ts";
import { readDotenv } from "./dotenv.ts";
import { assertOpenFiles } from "./open-files.ts";
import { holdPort } from "./port.ts";
import { serveMetrics } from "./serve-metrics.ts";
import { runWorkers } from "./workers.ts";

// The image's command: it runs the workers alone. The build is in the image; the database and the secret come from outside.

// pino's levels.
const [INFO, WARN] = [30, 40];

runCommand(serve);

async function serve({ signal, hurry, atStop, fail }: Command): Promise<void> {
  readDotenv();
  const settings = serviceConfig();
  const { PORT, WEB_CONCURRENCY: count = availableParallelism(), SHUTDOWN_DELAY_MS: delayMs } = settings;
  const fewFiles = assertOpenFiles(settings.DATABASE_POOL_SIZE);
  if (fewFiles) say(fewFiles, WARN);
  assertMailSettings(settings, true);
  const held = await holdPort(PORT);
  const metrics = await serveMetrics(settings);
  atStop(metrics.close);
  const environment = environmentWith({
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    // next.config.ts as it was at the build. Next's own standalone server passes it on in this way too: the image has no
    // compiler that could read the file again.
    __NEXT_PRIVATE_STANDALONE_CONFIG: await nextConfig(),
  });
  if (signal.aborted) return;
  const args = [String(PORT), "production"];
  const workers = runWorkers({ count, port: held, args, environment, delayMs, hurry, follow: metrics.follow, say, fail });
  atStop(workers.stop);
  const port = await workers.listening;
  if (signal.aborted) return;
  const noMail = mailNote(settings);
  if (noMail) say(noMail, WARN);
  const measured = metrics.url === undefined ? "" : `, and their metrics at ${metrics.url}`;
  say(`Serves http://localhost:${port} with ${count} worker${count === 1 ? "" : "s"}${measured}`);
}

// Logs as the workers do.
function say(msg: string, level = INFO): void {
  writeLine(`${JSON.stringify({ level, time: Date.now(), pid: process.pid, msg })}\n`);
}

async function nextConfig(): Promise<string> {
  const file = ".next/required-server-files.json";
  const text = await readFile(file, "utf8").catch(() => {
    throw new Error(`${file} is missing: build with BUILD_OUTPUT=standalone, and start where .next is`);
  });
  return JSON.stringify(JSON.parse(text).config);
}
