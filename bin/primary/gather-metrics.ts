import type { Worker } from "node:cluster";
import { AggregatorRegistry, Gauge, Registry } from "prom-client";
import type { Figures, ToPrimary, ToWorker } from "#bin/server/metrics-messages.ts";

/** A worker that has not answered by then hangs: the others' figures are told without it. */
const LONGEST_MS = 1_000;

/**
 * Adds up the metrics of all workers. The sum of a counter never goes back: of a worker that hangs, or has died, its last
 * report still counts, or else Prometheus would take the rest of the sum for new.
 * @returns `follow`, to be told of each new worker; `gather`, all their figures in Prometheus' text format
 */
export function gatherMetrics(): { follow: (worker: Worker) => void; gather: () => Promise<string> } {
  const serving = new Set<Worker>();
  const last = new Map<Worker, Figures>();
  const waiting = new Map<number, { missing: Set<Worker>; done: () => void }>();
  // One after the other: each adds to what the one before has made.
  let retired: Promise<Figures> = Promise.resolve([]);
  let asked = 0;

  return { follow, gather };

  function follow(worker: Worker): void {
    worker.on("message", ({ listening, report }: ToPrimary & { listening?: number }) => {
      if (listening !== undefined) serving.add(worker);
      if (report === undefined) return;
      last.set(worker, report.figures);
      arrived(worker, report.id);
    });
    worker.on("exit", () => {
      const counted = (last.get(worker) ?? []).filter(isCounted);
      const before = retired;
      retired = before.then((sum) => merge([sum, counted]).getMetricsAsJSON()).catch(() => before);
      serving.delete(worker);
      last.delete(worker);
      for (const id of waiting.keys()) arrived(worker, id);
    });
  }

  async function gather(): Promise<string> {
    const silent = await askAll();
    const workers = await countWorkers(serving.size - silent, silent);
    return merge([await retired, ...last.values(), workers]).metrics();
  }

  /** Resolves when all have reported, or after a second; to how many have not. */
  function askAll(): Promise<number> {
    asked += 1;
    const id = asked;
    const missing = new Set([...serving].filter((worker) => worker.isConnected()));
    return new Promise((resolve) => {
      const timer = setTimeout(done, LONGEST_MS);
      waiting.set(id, { missing, done });
      for (const worker of missing) send(worker, { wantsReport: id });
      if (missing.size === 0) done();
      function done() {
        clearTimeout(timer);
        waiting.delete(id);
        resolve(missing.size);
      }
    });
  }

  function arrived(worker: Worker, id: number): void {
    const scrape = waiting.get(id);
    scrape?.missing.delete(worker);
    if (scrape?.missing.size === 0) scrape.done();
  }
}

function merge(reports: Figures[]): Registry {
  return AggregatorRegistry.aggregate(reports);
}

// What a process is like goes with it; what it has counted stays.
function isCounted({ type }: Figures[number]): boolean {
  return String(type) === "counter" || String(type) === "histogram";
}

async function countWorkers(answering: number, silent: number): Promise<Figures> {
  const registry = new Registry();
  const help = "Workers that serve, by whether they answered when they were asked for their metrics.";
  const workers = new Gauge({ name: "movieconnect_workers", help, labelNames: ["state"], registers: [registry] });
  workers.set({ state: "answering" }, answering);
  workers.set({ state: "silent" }, silent);
  return registry.getMetricsAsJSON();
}

function send(worker: Worker, message: ToWorker): void {
  // One that is just dying can't be told any more.
  if (worker.isConnected()) worker.send(message, () => undefined);
}
