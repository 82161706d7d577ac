import "server-only";

import { database, spareDatabase } from "#db/pool.ts";
import { config } from "#lib/config.ts";
import { onceFit } from "./database-check.ts";
import { followRevocations } from "./follow-revocations.ts";
import { watchGauges } from "./gauges.ts";
import { schedulePruning } from "./prune.ts";

/** What a worker does besides answering. With the database away it starts all the same, and catches up by itself. */
export async function startBackground(): Promise<void> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = config();
  // Where there is no endpoint the SDK is not even loaded.
  if (endpoint !== undefined) (await import("#lib/observe/tracing.ts")).startTracing(endpoint);
  watchGauges();
  const db = database();
  await onceFit(spareDatabase(), async () => {
    await followRevocations(spareDatabase());
    schedulePruning(db);
  });
}
