import type { Failure } from "#lib/client/call.ts";
import { GENERAL } from "./in-our-words.ts";

/** A failure in one or two sentences, without the time to wait where it has one. */
export function describeFailure(failure: Failure): string {
  switch (failure.kind) {
    case "fields":
      return describeFields(failure.fields);
    case "refused":
    case "no_passkey":
      return failure.detail;
    case "throttled":
      return "Too many attempts.";
    case "unproved":
      return "Nothing has changed: this needs you to confirm that it is you.";
    case "no_cookies":
      return "You are not logged in: your browser didn't keep MovieConnect's cookies. Allow cookies for this site in its settings, then log in again.";
    case "unavailable":
      return `MovieConnect can't be reached just now.${failure.retryAfter === null ? " Try again in a moment." : ""}`;
  }
}

function describeFields({ [GENERAL]: general, ...marked }: Record<string, string[]>): string {
  const count = Object.keys(marked).length;
  const look =
    count === 1
      ? "One thing needs another look: it is marked above."
      : `${count} things need another look: they are marked above.`;
  return [...(general ?? []), ...(count > 0 ? [look] : [])].join(" ");
}
