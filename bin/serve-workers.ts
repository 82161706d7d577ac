import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { environmentWith, serviceConfig } from "../lib/config.ts";
import { type Command, runCommand } from "./command.ts";
import { assertOpenFiles } from "./open-files.ts";
import { assertFree } from "./port.ts";
import { runWorkers } from "./workers.ts";

// What the image runs: the workers alone. The build is in the image; the database and the secret come from outside.

runCommand(serve);

async function serve({ signal, atStop, fail }: Command): Promise<void> {
  const { PORT, WEB_CONCURRENCY: count = availableParallelism(), DATABASE_POOL_SIZE: poolSize } = serviceConfig();
  const fewFiles = assertOpenFiles(poolSize);
  if (fewFiles) console.log(JSON.stringify({ level: 40, time: Date.now(), pid: process.pid, msg: fewFiles }));
  await assertFree(PORT);
  const environment = environmentWith({
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    // What next.config.ts said at the build. Next's own standalone server hands it over in this way: there is no compiler
    // in the image that could read the file again.
    __NEXT_PRIVATE_STANDALONE_CONFIG: await nextConfig(),
  });
  if (signal.aborted) return;
  const workers = runWorkers(count, [String(PORT), "production"], environment, fail);
  atStop(workers.stop);
  const port = await workers.listening;
  if (signal.aborted) return;
  const msg = `Serves http://localhost:${port} with ${count} worker${count === 1 ? "" : "s"}`;
  console.log(JSON.stringify({ level: 30, time: Date.now(), pid: process.pid, msg }));
}

async function nextConfig(): Promise<string> {
  const file = ".next/required-server-files.json";
  const text = await readFile(file, "utf8").catch(() => {
    throw new Error(`${file} is missing: build with BUILD_OUTPUT=standalone, and start where .next is`);
  });
  return JSON.stringify(JSON.parse(text).config);
}
