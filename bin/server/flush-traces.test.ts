import { trace } from "@opentelemetry/api";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { startReceiver } from "#e2e/otlp-receiver.ts";

// OpenTelemetry takes one provider a process: each test has its own.
beforeEach(() => {
  vi.resetModules();
  vi.stubEnv("DATABASE_URL", "postgres://localhost/none");
  vi.stubEnv("AUTH_SECRET", "a-secret-0123456789-0123456789-a-secret");
  vi.stubEnv("LOG_LEVEL", "silent");
  return () => {
    trace.disable();
    vi.unstubAllEnvs();
  };
});

/** Traces one request to a collector. Returns what flushes the trace. */
async function traced(endpoint: string) {
  // Loaded before the trace ends: some seconds later it is sent in any case.
  const { flushTraces } = await import("./flush-traces.ts");
  const { startTracing } = await import("#lib/observe/tracing.ts");
  startTracing(endpoint);
  trace
    .getTracer("test")
    .startSpan("a request", { attributes: { "http.target": "/login" } })
    .end();
  return flushTraces;
}

test("without tracing there is nothing to flush", async () => {
  const { flushTraces } = await import("./flush-traces.ts");
  await flushTraces();
});

test("what was traced and not yet sent reaches the collector before the flush ends", async () => {
  const collector = await startReceiver();
  onTestFinished(collector.stop);
  const flushTraces = await traced(collector.endpoint);
  expect(collector.spans()).toEqual([]);
  await flushTraces();
  expect(collector.spans()).toMatchObject([{ name: "a request" }]);
});

test("a collector that is away, or never answers, does not hold up the flush", async () => {
  const away = await startReceiver();
  away.stop();
  await (await traced(away.endpoint))();
  trace.disable();
  vi.resetModules();
  const mute = await startReceiver({ isMute: true });
  onTestFinished(mute.stop);
  const flushTraces = await traced(mute.endpoint);
  const exporterGivesUp = new Promise((resolve) => setTimeout(resolve, 4_500, "the exporter's own limit"));
  const flushed = flushTraces().then(() => "the flush's limit");
  expect(await Promise.race([flushed, exporterGivesUp])).toBe("the flush's limit");
});
