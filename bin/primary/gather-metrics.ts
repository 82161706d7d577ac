import type { Worker } from "node:cluster";
import { AggregatorRegistry, Gauge, Registry } from "prom-client";
import type { Figures, ToPrimary, ToWorker } from "#bin/server/metrics-messages.ts";

/** A worker that has not reported after this time hangs: a scrape does not wait for it. */
const REPORT_MS = 1_000;

/**
 * Adds up the metrics of all workers. A counter's sum must never decrease, because Prometheus would take that for a restart: so
 * the last report of a worker that hangs or has died still counts.
 * @returns `follow`: must be called for each new worker; `gather`: the sums in Prometheus' text format
 */
export function gatherMetrics(): { follow: (worker: Worker) => void; gather: () => Promise<string> } {
  const serving = new Set<Worker>();
  const last = new Map<Worker, Figures>();
  const waiting = new Map<number, { missing: Set<Worker>; done: () => void }>();
  // The counters of dead workers. Each death chains its figures to the sum before it, so that none is lost.
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

  /** Asks all workers for a report. Resolves when all have reported, or after `REPORT_MS`, with the number of silent workers. */
  function askAll(): Promise<number> {
    asked += 1;
    const id = asked;
    const missing = new Set([...serving].filter((worker) => worker.isConnected()));
    return new Promise((resolve) => {
      const timer = setTimeout(done, REPORT_MS);
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

// A dead worker's counts remain in the sums; its gauges do not.
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
  // A message to a dying worker can fail, which does not matter.
  if (worker.isConnected()) worker.send(message, () => undefined);
}
