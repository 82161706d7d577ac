import { traceFlush } from "#lib/observe/trace-flush.ts";
import { FLUSH_MS } from "./stop-budget.ts";

/** Sends the remaining spans. Gives up after a second, so that an unreachable collector does not delay a stop. */
export async function flushTraces(): Promise<void> {
  const flushed = traceFlush
    .get()()
    .catch(() => undefined);
  const enough = new Promise((resolve) => setTimeout(resolve, FLUSH_MS));
  await Promise.race([flushed, enough]);
}
