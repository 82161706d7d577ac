import { perProcess } from "#lib/per-process.ts";

/** Sends what has been traced and not sent yet. tracing.ts sets it; bin/server calls it at the stop, without OpenTelemetry's code. */
export const traceFlush = perProcess("trace-flush", (): (() => Promise<void>) => async () => undefined);
