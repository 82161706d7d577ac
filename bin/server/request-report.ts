import type { ServerResponse } from "node:http";
import { log } from "#lib/observe/log.ts";
import { metrics } from "#lib/observe/metrics.ts";
import { printablePath } from "#lib/observe/printable-path.ts";
import type { RequestContext } from "#lib/observe/request-context.ts";
import { METHODS } from "#lib/settings/methods.ts";

/** A request as it was sent, before admission took from it what it may not say. */
export type Sent = { method: string; url: string };
export type Ended = { status: number; ms: number; aborted: boolean };

/** Who asks often, or for what nobody asks about: told from `debug` on. */
const QUIET = new Set(["static", "/api/health/live/", "/api/health/ready/", "/api/metrics/"]);
const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS);
/** What Nginx writes for a client that left before its answer. */
const CLIENT_CLOSED = 499;
/** No bug: what is in the way, a database say, is told where it is met. */
const UNAVAILABLE = 503;

/** Counts a request that has ended, and writes its line: two, if it failed and no line says why. */
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
  // Next is silent about some errors: an AbortError, for one, is a client's that left to it, and may be a page's own.
  if (isUnexplained) log().error(what, "a request failed, and no other line says why");
  const line = { event: "request", ...what, ms: Math.round(ms * 10) / 10, address };
  log()[level](aborted ? { ...line, aborted } : line);
}

/**
 * How an answer ended, once its connection is done with it.
 * @param refusedWith the status that was sent past the answer, if one was
 */
export function endOf(response: ServerResponse, startedAt: number, refusedWith: number | undefined): Ended {
  const status = refusedWith ?? (response.headersSent ? response.statusCode : CLIENT_CLOSED);
  const aborted = refusedWith === undefined && !response.writableFinished;
  return { status, ms: performance.now() - startedAt, aborted };
}
