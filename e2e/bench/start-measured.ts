import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "#e2e/launch.ts";

type Running = { origin: string; pid: number; stop: () => Promise<void> };
type Measured = { firstStart: number; secondStart: number; server: Running };

/** Starts the application as for the first time, without a build or a database, and once more. Times in seconds. */
export async function startMeasured(variables: Record<string, string>): Promise<Measured> {
  const directory = await mkdtemp(join(tmpdir(), "movieconnect-bench-"));
  await rm(".next", { recursive: true, force: true });
  const first = await start({ ...variables, DATA_DIR: directory });
  await first.server.stop();
  const second = await start({ ...variables, DATA_DIR: directory });
  const stop = async () => {
    await second.server.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { firstStart: first.seconds, secondStart: second.seconds, server: { ...second.server, stop } };
}

async function start(variables: Record<string, string>): Promise<{ seconds: number; server: Running }> {
  const startedAt = performance.now();
  const launched = launch(variables);
  const origin = await launched.origin;
  const seconds = (performance.now() - startedAt) / 1_000;
  const stop = async () => {
    launched.process.kill("SIGTERM");
    await launched.ended;
  };
  return { seconds, server: { origin, pid: launched.pid, stop } };
}
