import cluster, { type Worker } from "node:cluster";
import { join } from "node:path";
import { gatherMetrics } from "./gather-metrics.ts";

// Longer than a worker takes for what is in flight.
const KILL_AFTER_MS = 12_000;
const RESTART_MS = 500;

/**
 * Runs copies of the application on one port, and restarts one that dies.
 * @param fail called once when no worker ever comes to serve
 */
export function runWorkers(count: number, args: string[], environment: NodeJS.ProcessEnv, fail: (reason: string) => void) {
  // Round robin, the default, leaves connections hanging that it had handed to a worker which then died.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: join(import.meta.dirname, "worker.ts"), args });
  const workers = new Set<Worker>();
  const followMetrics = gatherMetrics();
  let stopping = false;
  let ready = 0;
  let announce: (port: number) => void = () => undefined;
  const listening = new Promise<number>((resolve) => {
    announce = resolve;
  });
  for (let index = 0; index < count; index += 1) startWorker();

  function startWorker(): void {
    if (stopping) return;
    const worker = cluster.fork(environment);
    workers.add(worker);
    followMetrics(worker);
    let problem = "";
    worker.on("error", (error) => {
      problem = error.message;
    });
    worker.on("message", (message: { listening?: number; failed?: string }) => {
      problem = message.failed ?? "";
      if (message.listening === undefined) return;
      ready += 1;
      if (ready === count) announce(message.listening);
    });
    worker.on("exit", (status, signal) => {
      workers.delete(worker);
      if (stopping) return;
      if (ready === 0) fail(`a worker did not start (${problem || signal || `status ${status}`})`);
      else setTimeout(startWorker, RESTART_MS);
    });
  }

  async function stop(): Promise<void> {
    stopping = true;
    await Promise.all([...workers].map(stopWorker));
  }

  return { listening, stop };
}

function stopWorker(worker: Worker): Promise<void> {
  return new Promise((stopped) => {
    const kill = setTimeout(() => worker.process.kill("SIGKILL"), KILL_AFTER_MS);
    worker.once("exit", () => {
      clearTimeout(kill);
      stopped();
    });
    // One that is just dying can't be told any more: its exit is what counts.
    if (worker.isConnected()) worker.send("stop", () => undefined);
    else worker.process.kill("SIGKILL");
  });
}
