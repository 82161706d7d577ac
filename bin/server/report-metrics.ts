import { metrics, readGauges } from "#lib/observe/metrics.ts";
import type { ToPrimary, ToWorker } from "./metrics-messages.ts";
import { collectWorkerFigures } from "./worker-figures.ts";

/** Sends this worker's figures to the primary when it asks. */
export function reportMetrics(): void {
  const { registry } = metrics();
  collectWorkerFigures(registry);
  process.on("message", async ({ wantsReport: id }: ToWorker) => {
    if (id === undefined) return;
    readGauges.get()();
    const message: ToPrimary = { report: { id, figures: await registry.getMetricsAsJSON() } };
    // The primary may have ended in the meantime.
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  });
}
