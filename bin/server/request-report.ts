import type { ServerResponse } from "node:http";
import { log } from "#lib/observe/log.ts";
import { metrics } from "#lib/observe/metrics.ts";
import { printablePath } from "#lib/observe/printable-path.ts";
import type { RequestContext } from "#lib/observe/request-context.ts";
import { METHODS } from "#lib/settings/methods.ts";

/** A request as it was sent, before admission removed headers and changed the path. */
export type Sent = { method: string; url: string };
export type Ended = { status: number; ms: number; aborted: boolean };

/** Noisy routes, logged at `debug`. */
const QUIET = new Set(["static", "/api/health/live/", "/api/health/ready/"]);
const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS);
/** Nginx's status for a client that closed the connection before its answer. */
const CLIENT_CLOSED = 499;
/** An outage, of the database say, is no bug. It is logged where it is met. */
const UNAVAILABLE = 503;

/** Counts an ended request, and logs it. A failure that no line explains gets a second line. */
export function reportRequest(
  { method, url }: Sent,
  { requestId, address, isFailureLogged }: Pick<RequestContext, "requestId" | "address" | "isFailureLogged">,
  route: string,
  { status, ms, aborted }: Ended,
): void {
  const { requests, requestSeconds } = metrics();
  requests.inc({ route, method: KNOWN_METHODS.has(method) ? method : "other", status });
  requestSeconds.observe({ route }, ms / 1_000);
  const isUnexplained = status >= 500 && status !== UNAVAILABLE && !isFailureLogged;
  const level = QUIET.has(route) ? "debug" : "info";
  if (!isUnexplained && !log().isLevelEnabled(level)) return;
  const what = { request_id: requestId, method, route, path: printablePath(url), status };
  // Next does not log every error. It takes an AbortError for a client that left, though a page may have thrown it.
  if (isUnexplained) log().error(what, "a request failed, and no other line says why");
  const line = { event: "request", ...what, ms: Math.round(ms * 10) / 10, address };
  log()[level](aborted ? { ...line, aborted } : line);
}

/**
 * How an answer ended, after its connection has finished it.
 * @param refusedWith the status that malformed.ts sent in place of the answer, if it did
 */
export function endOf(response: ServerResponse, startedAt: number, refusedWith: number | undefined): Ended {
  const status = refusedWith ?? (response.headersSent ? response.statusCode : CLIENT_CLOSED);
  const aborted = refusedWith === undefined && !response.writableFinished;
  return { status, ms: performance.now() - startedAt, aborted };
}
