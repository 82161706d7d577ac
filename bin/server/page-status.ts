import type { ServerResponse } from "node:http";
import type { RequestContext } from "#lib/observe/request-context.ts";
import { OUTAGE_RETRY_SECONDS } from "#lib/settings/waits.ts";

/** The statuses that Next gives to a rendered page and to a failed one. */
const NEXTS_OWN = new Set([200, 500]);

/**
 * Sets the status of a page that failed, or that the intermission page replaced: 503 if the database was unavailable
 * (RFC 9110 §15.6.4), 500 for a bug. Next itself knows no outages and no failures of proxy.ts. Call it before the handler.
 */
export function applyPageStatus(response: ServerResponse, context: RequestContext): void {
  const writeHead = response.writeHead;
  // Node calls this itself if no code has written the headers.
  response.writeHead = (status: number, ...rest: never[]) => {
    const { pageStatus = status } = context;
    if (!NEXTS_OWN.has(status)) return writeHead.call(response, status, ...rest);
    if (pageStatus === 503) response.setHeader("Retry-After", OUTAGE_RETRY_SECONDS);
    return writeHead.call(response, pageStatus, ...rest);
  };
}
