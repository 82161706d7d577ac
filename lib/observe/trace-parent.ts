import "server-only";

import { createTraceState, isSpanContextValid, type TextMapPropagator, trace } from "@opentelemetry/api";

const PARENT = "traceparent";
const STATE = "tracestate";

/** Continues a trace that began before the request arrived: W3C Trace Context, version 00 and what later ones share with it. */
export const traceParent: TextMapPropagator = {
  fields: () => [PARENT, STATE],

  extract(context, carrier, { get }) {
    const [header] = [get(carrier, PARENT) ?? ""].flat();
    const [, traceId = "", spanId = "", flags = ""] =
      /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-|$)/.exec(header ?? "") ?? [];
    const state = [get(carrier, STATE) ?? []].flat().join(",");
    // What OpenTelemetry would trim is more than the format's white space.
    const isPlain = /^[\t\x20-\x7e]*$/.test(state);
    const parent = {
      traceId,
      spanId,
      traceFlags: Number.parseInt(flags, 16),
      isRemote: true,
      traceState: createTraceState(isPlain ? state : ""),
    };
    return isSpanContextValid(parent) ? trace.setSpanContext(context, parent) : context;
  },

  inject(context, carrier, { set }) {
    const span = trace.getSpanContext(context);
    if (!span || !isSpanContextValid(span)) return;
    set(carrier, PARENT, `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, "0")}`);
    if (span.traceState) set(carrier, STATE, span.traceState.serialize());
  },
};
