import "server-only";

import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SpanExporter,
  type SpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { log } from "./log.ts";
import { traceFlush } from "./trace-flush.ts";

const EXPORT_MS = 5_000;
/** As in the log: shorter than a token. */
const LONGEST_PATH = 120;

/**
 * Sends traces of requests, their statements and hashes to a collector, in batches and beside everything else.
 * `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_EXPORTER_OTLP_HEADERS` are read by OpenTelemetry itself.
 */
export function startTracing(endpoint: string): void {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, "")}/v1/traces`, timeoutMillis: EXPORT_MS });
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ "service.name": "movieconnect", "process.pid": process.pid }))
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: new ParentBasedSampler({ root: ofRequests }),
    spanProcessors: [withoutQueries, new BatchSpanProcessor({ exporter: saying(exporter), exportTimeoutMillis: EXPORT_MS })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  traceFlush.set(() => provider.shutdown());
}

// A trace begins with a client's request: not with Next's own start, and not with the probes of monitoring.
const ofRequests: Sampler = {
  shouldSample(_context, _traceId, _name, _kind, { "http.target": target }) {
    const isTraced = typeof target === "string" && !/^\/(api\/health|_next\/static)\//.test(target);
    return { decision: isTraced ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
  },
  toString: () => "OfRequests",
};

// Next records the whole URL, once more before the span ends for an endpoint that the lane calls (bin/server/lane.ts). A query may
// hold personal data, so it is cut off.
const withoutQueries: SpanProcessor = {
  onStart: () => undefined,
  onEnding(span) {
    const target = span.attributes["http.target"];
    if (typeof target === "string") span.setAttribute("http.target", target.split("?", 1)[0]?.slice(0, LONGEST_PATH) ?? "");
  },
  onEnd: () => undefined,
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
};

// One line when the collector goes away, and one when it is back.
function saying(exporter: SpanExporter): SpanExporter {
  let isAway = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed && !isAway) log().warn("traces can't be delivered");
        if (!failed && isAway) log().info("traces are delivered again");
        isAway = failed;
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
