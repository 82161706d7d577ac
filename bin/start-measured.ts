import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Running = { origin: string; pid: number; stop: () => Promise<void> };
type Measured = { firstStart: number; secondStart: number; server: Running };

/** Starts the application as for the first time, without a build or a database, and once more. Times in seconds. */
export async function startMeasured(environment: NodeJS.ProcessEnv): Promise<Measured> {
  const directory = await mkdtemp(join(tmpdir(), "movieconnect-bench-"));
  const env = { ...environment, DATA_DIR: directory };
  await rm(join(".next", "source-hash"), { force: true });
  const first = await start(env);
  await first.server.stop();
  const second = await start(env);
  const stop = async () => {
    await second.server.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { firstStart: first.seconds, secondStart: second.seconds, server: { ...second.server, stop } };
}

async function start(env: NodeJS.ProcessEnv): Promise<{ seconds: number; server: Running }> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ["--import", "tsx", "bin/start.ts"], { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const port = await new Promise<string>((ready, failed) => {
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const open = /Open +http:\/\/localhost:(\d+)/.exec(output);
      if (open?.[1]) ready(open[1]);
    });
    ended.then(() => failed(new Error(`the server ended:\n${output}`)));
  });
  const stop = () => {
    child.kill("SIGTERM");
    return ended;
  };
  return {
    seconds: (performance.now() - startedAt) / 1_000,
    server: { origin: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop },
  };
}
