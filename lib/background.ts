import "server-only";

import { database, spareDatabase } from "@/db/pool";
import { followRevocations } from "./auth/follow-revocations";
import { config } from "./config";
import { onceFit } from "./database-check";
import { watchGauges } from "./gauges";
import { schedulePruning } from "./prune";

/** What a worker does besides answering. With the database away it starts all the same, and catches up by itself. */
export async function startBackground(): Promise<void> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = config();
  // Where there is no endpoint the SDK is not even loaded.
  if (endpoint !== undefined) (await import("./tracing")).startTracing(endpoint);
  watchGauges();
  const db = database();
  await onceFit(spareDatabase(), async () => {
    await followRevocations(spareDatabase());
    schedulePruning(db);
  });
}
