import { metrics } from "#lib/observe/metrics.ts";
import type { ToPrimary, ToWorker } from "./metrics-messages.ts";
import { collectWorkerFigures } from "./worker-figures.ts";

// `movieconnectGauges` is set by lib/worker/gauges.ts, inside of the bundles.
const shared = globalThis as typeof globalThis & { movieconnectGauges?: () => void };

/** Tells the primary this worker's figures whenever it asks for them. */
export function reportMetrics(): void {
  const { registry } = metrics();
  collectWorkerFigures(registry);
  process.on("message", async ({ wantsReport: id }: ToWorker) => {
    if (id === undefined) return;
    shared.movieconnectGauges?.();
    const message: ToPrimary = { report: { id, figures: await registry.getMetricsAsJSON() } };
    // The primary may be gone by now.
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  });
}
