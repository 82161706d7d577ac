import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

/**
 * Traces a statement: its text, where each value is a `$1`, and never the values. Statements that no request asked for are
 * not traced: a poll each second would be a trace each second.
 */
export function withSpan<Outcome>(text: string, work: () => Promise<Outcome>): Promise<Outcome> {
  if (!trace.getActiveSpan()?.isRecording()) return work();
  const [operation = ""] = text.trim().split(/\s/, 1);
  // https://opentelemetry.io/docs/specs/semconv/database/postgresql/
  const attributes = { "db.system.name": "postgresql", "db.operation.name": operation, "db.query.text": text };
  return trace.getTracer("movieconnect").startActiveSpan(operation, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      // A message may quote what a user sent.
      span.setAttribute("error.type", error instanceof Error && "code" in error ? String(error.code) : "_OTHER");
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
