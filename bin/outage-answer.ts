import type { ServerResponse } from "node:http";
import { OUTAGE_RETRY_SECONDS } from "../lib/errors.ts";
import type { RequestContext } from "../lib/request-context.ts";

/** What Next has for a page that it rendered, or could not render: no error of a page has another status. */
const NEXTS_OWN = new Set([200, 500]);

/**
 * Makes a 503 of a page that failed, or was replaced, because the database could not be asked (RFC 9110 §15.6.4). Next knows
 * of no such failure: to it every error is a 500. To be called before the handler.
 */
export function answerOutages(response: ServerResponse, context: RequestContext): void {
  const writeHead = response.writeHead;
  // Node itself calls this for headers that nobody wrote.
  response.writeHead = (status: number, ...rest: never[]) => {
    if (!context.isOutage || !NEXTS_OWN.has(status)) return writeHead.call(response, status, ...rest);
    response.setHeader("Retry-After", OUTAGE_RETRY_SECONDS);
    return writeHead.call(response, 503, ...rest);
  };
}
