import type { ServerResponse } from "node:http";
import type { RequestContext } from "#lib/observe/request-context.ts";
import { OUTAGE_RETRY_SECONDS } from "#lib/settings/waits.ts";

/** What Next has for a page that it rendered, or could not render: no error of a page has another status. */
const NEXTS_OWN = new Set([200, 500]);

/**
 * Gives a page that failed, or was replaced by the intermission, the status that says why: 503 where the database could not be
 * asked (RFC 9110 §15.6.4), 500 for a bug. Next knows of no outage, and of no failure of proxy.ts. To be called before the handler.
 */
export function applyPageStatus(response: ServerResponse, context: RequestContext): void {
  const writeHead = response.writeHead;
  // Node itself calls this for headers that nobody wrote.
  response.writeHead = (status: number, ...rest: never[]) => {
    const { pageStatus = status } = context;
    if (!NEXTS_OWN.has(status)) return writeHead.call(response, status, ...rest);
    if (pageStatus === 503) response.setHeader("Retry-After", OUTAGE_RETRY_SECONDS);
    return writeHead.call(response, pageStatus, ...rest);
  };
}
