import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { traceParent } from "./trace-parent.ts";

const VALID = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const extract = (traceparent: string) =>
  trace.getSpanContext(traceParent.extract(ROOT_CONTEXT, { traceparent, tracestate: "a=1" }, defaultTextMapGetter));

test("what one process injects, another extracts", () => {
  const context = traceParent.extract(ROOT_CONTEXT, { traceparent: VALID, tracestate: "a=1,b=2" }, defaultTextMapGetter);
  const carrier: Record<string, string> = {};
  traceParent.inject(context, carrier, defaultTextMapSetter);
  expect(carrier).toEqual({ traceparent: VALID, tracestate: "a=1,b=2" });
});

test("a later version's header is read as far as it is the same", () => {
  expect(extract(VALID.replace("00-", "cc-").concat("-what-comes"))?.traceId).toBe("0af7651916cd43dd8448eb211c80319c");
});

test.each([
  ["", "nothing"],
  ["garbage", "garbage"],
  [VALID.replace("00-", "ff-"), "the version that is none"],
  [VALID.toUpperCase(), "upper case"],
  [`${VALID}0`, "flags that are too long"],
  [VALID.replace("0af7651916cd43dd8448eb211c80319c", "0".repeat(32)), "a trace of zeros"],
  [VALID.replace("b7ad6b7169203331", "0".repeat(16)), "a parent of zeros"],
])("%j, %s, continues nothing", (header) => {
  expect(extract(header)).toBeUndefined();
});

test("a state with white space that is not the format's is left out, and the trace goes on without it", () => {
  const context = traceParent.extract(ROOT_CONTEXT, { traceparent: VALID, tracestate: "a=1,\u00a0b=2" }, defaultTextMapGetter);
  expect(trace.getSpanContext(context)?.spanId).toBe("b7ad6b7169203331");
  expect(trace.getSpanContext(context)?.traceState?.serialize()).toBe("");
});
