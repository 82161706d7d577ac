import { traceFlush } from "#lib/observe/trace-flush.ts";
import { FLUSH_MS } from "./stop-budget.ts";

/** Sends what has been traced and not sent yet. Gives up after a second: an endpoint that is away holds up no stop. */
export async function flushTraces(): Promise<void> {
  const flushed = traceFlush
    .get()()
    .catch(() => undefined);
  const enough = new Promise((resolve) => setTimeout(resolve, FLUSH_MS));
  await Promise.race([flushed, enough]);
}
