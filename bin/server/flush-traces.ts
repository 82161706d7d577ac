import { FLUSH_MS } from "./stop-budget.ts";

// Set by lib/observe/tracing.ts, inside of the bundles, when there is an endpoint.
const shared = globalThis as typeof globalThis & { movieconnectFlushTraces?: () => Promise<void> };

/** Sends what has been traced and not sent yet. Gives up after a second: an endpoint that is away holds up no stop. */
export async function flushTraces(): Promise<void> {
  const flushed = shared.movieconnectFlushTraces?.().catch(() => undefined);
  const enough = new Promise((resolve) => setTimeout(resolve, FLUSH_MS));
  if (flushed) await Promise.race([flushed, enough]);
}
