import "server-only";

import { isUnavailable } from "#db/unavailable.ts";
import { AppError } from "#lib/errors.ts";
import { record } from "#lib/observe/events.ts";
import { isAway } from "./provider-fetch.ts";
import type { WalkFailure } from "./walk.ts";

/**
 * Auth.js' errors about cookies that are missing, another's or too old, and what a provider says of a code that was used: GitHub
 * has a word of its own.
 */
const OVER = ["InvalidCheck", "MissingCSRF", "invalid_grant", "bad_verification_code"];
/** The library below Auth.js has no other mark for an answer to another request. */
const ANOTHERS = /"(?:state|nonce)"/;
/** Of a provider's errors (RFC 6749 §4.1.2.1), those that have a meaning here. Any other is a fault of the settings. */
const SAID: Record<string, WalkFailure> = {
  access_denied: "cancelled",
  temporarily_unavailable: "unavailable",
  server_error: "unavailable",
};

/** Why a walk came to nothing, by the `error` that a provider sent the browser back with. */
export function failureSaid(error: string): WalkFailure {
  return Object.hasOwn(SAID, error) ? (SAID[error] as WalkFailure) : "failed";
}

/** Why a walk came to nothing, by what Auth.js or `arrive` threw. */
export function failureOf(error: unknown): WalkFailure {
  if (chainOf(error).some((each) => isAway(each) || isUnavailable(each) || isOutage(each))) return "unavailable";
  const isOver = ({ type, error: said, message }: AnyError) =>
    OVER.includes(String(type)) || OVER.includes(String(said)) || ANOTHERS.test(message);
  return chainOf(error).some(isOver) ? "expired" : "failed";
}

// What this application says of itself while its database is away
function isOutage(error: Error): boolean {
  return error instanceof AppError && error.code === "unavailable";
}

/** Records a walk that came to nothing. Of an error only names and messages are kept: its details may hold a code or a token. */
export function rememberFailure(provider: string, failure: WalkFailure, error: unknown): void {
  // The names of classes are lost in a build, and Auth.js' messages end with a link.
  const causes = chainOf(error).map(({ type, code, error: said, message }) =>
    [type, code, said, message.replace(/\.? ?Read more at \S+$/, "")].filter(Boolean).join(" "),
  );
  record("provider_failed", { provider, failure, causes: causes.join(" < ") });
}

type AnyError = Error & { type?: unknown; code?: unknown; error?: unknown };

/** An error with its causes. Auth.js keeps a cause as `cause.err`. */
function chainOf(error: unknown): AnyError[] {
  if (!(error instanceof Error)) return [];
  const { cause } = error;
  return [error, ...chainOf(cause instanceof Error ? cause : (cause as { err?: unknown } | undefined)?.err)];
}
