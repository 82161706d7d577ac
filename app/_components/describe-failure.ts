import type { Failure } from "@/lib/api-client";

/** A failure in one or two sentences; `refusal` is what a 401 means to whoever called. */
export function describeFailure(failure: Failure, refusal: string | undefined): string {
  switch (failure.kind) {
    case "fields":
      return describeFields(failure.fields);
    case "refused":
      return failure.status === 401 && refusal ? refusal : failure.detail;
    case "throttled":
      return `Too many attempts. Wait ${duration(failure.retryAfter)}, then try again.`;
    case "no_cookies":
      return "You are not logged in: your browser didn't keep MovieConnect's cookies. Allow cookies for this site in its settings, then log in again.";
    case "unavailable":
      return `MovieConnect can't be reached just now. Try again in ${failure.retryAfter ? duration(failure.retryAfter) : "a moment"}.`;
  }
}

function describeFields(fields: Record<string, string[]>): string {
  // The API's name for what concerns no single field.
  const { non_field_errors: general, ...marked } = fields;
  if (general) return general.join(" ");
  const count = Object.keys(marked).length;
  return count === 1
    ? "One thing needs another look: it is marked above."
    : `${count} things need another look: they are marked above.`;
}

function duration(seconds: number): string {
  if (seconds === 1) return "1 second";
  return seconds < 100 ? `${seconds} seconds` : `about ${Math.round(seconds / 60)} minutes`;
}
