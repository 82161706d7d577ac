import "server-only";

import type { Instrumentation } from "next";
import { log } from "#lib/observe/log.ts";
import { printablePath } from "#lib/observe/printable-path.ts";
import { currentRequest } from "#lib/observe/request-context.ts";
import { isOutage } from "./outage.ts";

type Asked = Pick<Parameters<Instrumentation.onRequestError>[1], "method" | "path">;
type Place = Pick<Parameters<Instrumentation.onRequestError>[2], "routePath" | "routeType">;

const MESSAGES: Record<Place["routeType"], string> = {
  render: "a page failed",
  action: "an action failed",
  route: "a route failed",
  proxy: "what precedes a page failed",
};

/** Has the page that is being made answered with this status, whatever becomes of its render: bin/server/page-status.ts does. */
export function answerWith(pageStatus: 500 | 503): void {
  const page = currentRequest();
  if (page) Object.assign(page, { pageStatus });
}

/** Takes note of what Next caught. It would answer any of it with 500, and is told to log nothing. */
export function reportFailure(error: unknown, asked: Asked, place: Place): void {
  // What the page asks people to tell.
  const digest = error instanceof Error && "digest" in error ? String(error.digest) : undefined;
  tellFailure(error, digest, asked, place);
}

/**
 * Takes note of what proxy.ts caught, which Next would write to the console, and answer with a bare 500 outside of the design.
 * Next makes no number for it: the request's own finds it in the log.
 */
export function reportProxyFailure(error: unknown, asked: Asked): void {
  answerWith(500);
  const page = currentRequest();
  if (page) page.failureNumber = page.requestId;
  tellFailure(error, page?.requestId, asked, { routePath: "proxy", routeType: "proxy" });
}

function tellFailure(error: unknown, digest: string | undefined, { method, path }: Asked, { routePath, routeType }: Place): void {
  const line = { err: error, digest, method, path: printablePath(path), page: routePath };
  if (isOutage(error)) {
    answerWith(503);
    log().warn(line, "a page could not ask the database");
  } else {
    log().error(line, MESSAGES[routeType]);
  }
}
