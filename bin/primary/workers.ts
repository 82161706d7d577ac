import cluster, { type Worker } from "node:cluster";
import { join } from "node:path";
import { killAfterMs } from "#bin/server/stop-budget.ts";
import { backoff } from "./backoff.ts";
import type { HeldPort } from "./port.ts";
import { stopWorker } from "./stop-worker.ts";
import { watchdog } from "./watchdog.ts";

type Message = { prepared?: true; listening?: number; failed?: string };
type Options = {
  count: number;
  port: HeldPort;
  /** The workers' arguments. */
  args: string[];
  environment: NodeJS.ProcessEnv;
  /** Each worker's `SHUTDOWN_DELAY_MS`. */
  delayMs: number;
  /** Aborted when a stop must cut off work in flight. */
  hurry: AbortSignal;
  /** Called for each new worker. */
  follow: (worker: Worker) => void;
  say: (line: string) => void;
  /** Called when the start fails because a worker can't serve. */
  fail: (reason: string) => void;
};

/**
 * Runs several workers on one port. Once all of them serve, one that dies or hangs is replaced.
 * @returns `listening`: resolves with the port when all workers listen; `stop`: resolves when none is left
 */
export function runWorkers({ count, port, args, environment, delayMs, hurry, follow, say, fail }: Options) {
  cluster.setupPrimary({ exec: join(import.meta.dirname, "..", "worker.ts"), args });
  const workers = new Set<Worker>();
  const watch = watchdog();
  let stopping = false;
  const serving = new Set<Worker>();
  let isStarted = false;
  let announce: (port: number) => void = () => undefined;
  const listening = new Promise<number>((resolve) => {
    announce = resolve;
  });
  for (let index = 0; index < count; index += 1) startWorker(backoff());

  function startWorker(nextWait: ReturnType<typeof backoff>): void {
    if (stopping) return;
    const startedAt = performance.now();
    const worker = cluster.fork(environment);
    workers.add(worker);
    follow(worker);
    let problem = "";
    watch(worker, (seconds) => {
      // A stopping worker sends no heartbeats.
      if (stopping) return;
      problem = `it hung for ${seconds} s`;
      worker.process.kill("SIGKILL");
    });
    worker.on("error", (error) => {
      problem = error.message;
    });
    worker.on("message", (message: Message) => {
      problem = message.failed ?? problem;
      // The worker listens on the sent handle itself, without node:cluster.
      if (message.prepared && !stopping) worker.send("port", port.handle as never, () => undefined);
      if (message.listening === undefined) return;
      serving.add(worker);
      isStarted ||= serving.size === count;
      if (isStarted) announce(message.listening);
    });
    worker.on("exit", (status, signal) => {
      const served = serving.delete(worker);
      workers.delete(worker);
      if (stopping) return;
      const reason = problem || signal || `status ${status}`;
      if (isStarted || served) replace(worker, reason, performance.now() - startedAt, nextWait);
      else fail(`a worker did not start (${reason})`);
    });
  }

  function replace({ process: { pid } }: Worker, reason: string, livedMs: number, nextWait: ReturnType<typeof backoff>): void {
    const wait = nextWait(livedMs);
    const next = wait === 0 ? "at once" : `in ${wait / 1_000} s`;
    say(`Worker ${pid} ended (${reason}) after ${Math.round(livedMs / 1_000)} s. Another starts ${next}.`);
    setTimeout(startWorker, wait, nextWait);
  }

  // A port is closed when all processes have released it. This process releases it first and a worker last, since workers can
  // tell which connections have arrived.
  async function stop(): Promise<void> {
    stopping = true;
    port.release();
    // A worker that does not serve yet has nothing to finish, and may read no message while it loads.
    const limitMs = (worker: Worker) => (serving.has(worker) ? killAfterMs(delayMs) : 0);
    await Promise.all([...workers].map((worker) => stopWorker(worker, limitMs(worker), hurry)));
  }

  return { listening, stop };
}
