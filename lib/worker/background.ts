import "server-only";

import { database, spareDatabase } from "#db/pool.ts";
import { config } from "#lib/config.ts";
import { whenUsable } from "./database-check.ts";
import { followRevocations } from "./follow-revocations.ts";
import { watchGauges } from "./gauges.ts";
import { schedulePruning } from "./prune.ts";
import { checkSealedSecrets } from "./sealed-secrets.ts";
import { startSending } from "./send-mails.ts";

/** Starts a worker's background tasks. During an outage of the database it starts all the same, and the tasks follow later. */
export async function startBackground(): Promise<void> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = config();
  // Without an endpoint the SDK is not even loaded.
  if (endpoint !== undefined) (await import("#lib/observe/tracing.ts")).startTracing(endpoint);
  watchGauges();
  const db = database();
  await whenUsable(spareDatabase(), async () => {
    await followRevocations(spareDatabase());
    // This opens the first connection for requests: on a busy machine that takes longer than a request may wait.
    await checkSealedSecrets(db);
    schedulePruning(db);
    startSending(db);
  });
}
