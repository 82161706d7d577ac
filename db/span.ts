import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

/**
 * Traces a statement by its text, which holds placeholders in place of values. Statements outside of requests are not traced:
 * the poll for revocations would make a trace each second.
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
      // The error's message is left out: it may quote what a user sent.
      span.setAttribute("error.type", error instanceof Error && "code" in error ? String(error.code) : "_OTHER");
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
