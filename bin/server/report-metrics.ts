import { metrics, readGauges } from "#lib/observe/metrics.ts";
import type { ToPrimary, ToWorker } from "./metrics-messages.ts";
import { collectWorkerFigures } from "./worker-figures.ts";

/** The primary waits a second for each worker. */
const LONGEST_MS = 2_000;

// Read by lib/http/scrape.ts.
const shared = globalThis as typeof globalThis & { movieconnectScrape?: () => Promise<string | null> };

/** Tells the primary this worker's figures when it asks, and lets the application ask it for those of all workers. */
export function reportMetrics(): void {
  const { registry } = metrics();
  collectWorkerFigures(registry);
  const askers = new Map<number, (text: string | null) => void>();
  let asked = 0;

  process.on("message", async (message: ToWorker) => {
    if (message.metricsOfAll !== undefined) askers.get(message.metricsOfAll.id)?.(message.metricsOfAll.text);
    if (message.wantsReport === undefined) return;
    readGauges.get()();
    tell({ report: { id: message.wantsReport, figures: await registry.getMetricsAsJSON() } });
  });

  // Null when the primary can't say: it has told this worker to stop, or hangs.
  shared.movieconnectScrape = () =>
    new Promise((resolve) => {
      asked += 1;
      const id = asked;
      const timer = setTimeout(() => settle(null), LONGEST_MS);
      askers.set(id, settle);
      if (!tell({ wantsMetrics: id })) settle(null);
      function settle(text: string | null) {
        clearTimeout(timer);
        askers.delete(id);
        resolve(text);
      }
    });
}

function tell(message: ToPrimary): boolean {
  if (!process.connected) return false;
  process.send?.(message, undefined, undefined, () => undefined);
  return true;
}
