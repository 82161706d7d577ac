import { availableParallelism } from "node:os";
import { environmentWith, serviceConfig } from "../lib/config.ts";
import { writeLine } from "../lib/write-line.ts";
import { builtConfig } from "./built-config.ts";
import { type Command, runCommand } from "./command.ts";
import { readDotenv } from "./dotenv.ts";
import { assertOpenFiles } from "./open-files.ts";
import { holdPort } from "./port.ts";
import { runWorkers } from "./workers.ts";

// What the image runs: the workers alone. The build is in the image; the database and the secret come from outside.

// pino's levels.
const [INFO, WARN] = [30, 40];

runCommand(serve);

async function serve({ signal, hurry, atStop, fail }: Command): Promise<void> {
  readDotenv();
  const settings = serviceConfig();
  const { PORT, WEB_CONCURRENCY: count = availableParallelism(), SHUTDOWN_DELAY_MS: delayMs } = settings;
  const fewFiles = assertOpenFiles(settings.DATABASE_POOL_SIZE);
  if (fewFiles) say(fewFiles, WARN);
  const held = await holdPort(PORT);
  const environment = environmentWith({
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    ...(await builtConfig()),
  });
  if (signal.aborted) return;
  const args = [String(PORT), "production"];
  const workers = runWorkers({ count, port: held, args, environment, delayMs, hurry, say, fail });
  atStop(workers.stop);
  const port = await workers.listening;
  if (signal.aborted) return;
  say(`Serves http://localhost:${port} with ${count} worker${count === 1 ? "" : "s"}`);
}

// As the workers' log is.
function say(msg: string, level = INFO): void {
  writeLine(`${JSON.stringify({ level, time: Date.now(), pid: process.pid, msg })}\n`);
}
