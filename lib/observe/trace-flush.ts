import { perProcess } from "#lib/per-process.ts";

/** Sends the remaining spans. tracing.ts sets it, so that bin/server can call it without loading OpenTelemetry. */
export const traceFlush = perProcess("trace-flush", (): (() => Promise<void>) => async () => undefined);
