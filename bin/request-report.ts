import type { ServerResponse } from "node:http";
import { log } from "../lib/log.ts";
import { metrics } from "../lib/metrics.ts";
import type { RequestContext } from "../lib/request-context.ts";

/** A request as it was sent, before admission took from it what it may not say. */
export type Sent = { method: string; url: string };
export type Ended = { status: number; ms: number; aborted: boolean };

/** Who asks often, or for what nobody asks about: told from `debug` on. */
const QUIET = new Set(["static", "/api/health/live/", "/api/health/ready/", "/api/metrics/"]);
const METHODS = new Set(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]);
/** What Nginx writes for a client that left before its answer. */
const LEFT = 499;
const LONGEST_PATH = 120;

/** Counts a request that has ended, and writes its line. */
export function reportRequest(
  { method, url }: Sent,
  { requestId, address }: Pick<RequestContext, "requestId" | "address">,
  route: string,
  { status, ms, aborted }: Ended,
): void {
  const { requests, requestSeconds } = metrics();
  requests.inc({ route, method: METHODS.has(method) ? method : "other", status });
  requestSeconds.observe({ route }, ms / 1_000);
  const level = QUIET.has(route) ? "debug" : "info";
  if (!log().isLevelEnabled(level)) return;
  const line = {
    event: "request",
    request_id: requestId,
    method,
    route,
    path: printable(url),
    status,
    ms: Math.round(ms * 10) / 10,
  };
  log()[level](aborted ? { ...line, address, aborted } : { ...line, address });
}

/**
 * How an answer ended, once its connection is done with it.
 * @param refusedWith the status that was sent past the answer, if one was
 */
export function endOf(response: ServerResponse, startedAt: number, refusedWith: number | undefined): Ended {
  const status = refusedWith ?? (response.headersSent ? response.statusCode : LEFT);
  const aborted = refusedWith === undefined && !response.writableFinished;
  return { status, ms: performance.now() - startedAt, aborted };
}

// Without the query, and cut where a token's signature would not have begun: nobody's secrets belong into a URL, but people
// put them there. Nothing that a terminal or a log's reader could take for the end of a line.
function printable(url: string): string {
  const [path = ""] = url.split("?", 1);
  return path.slice(0, LONGEST_PATH).replaceAll(/[^\x21-\x7e]/g, "?");
}
