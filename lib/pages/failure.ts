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
  proxy: "proxy.ts failed",
};

/** Sets the status of the current page's answer, whatever its render returns. bin/server/page-status.ts applies it. */
export function setPageStatus(pageStatus: 500 | 503): void {
  const page = currentRequest();
  if (page) Object.assign(page, { pageStatus });
}

/** Logs an error that Next caught, and answers an outage with 503. Next itself answers 500 to all, and logs nothing here. */
export function reportFailure(error: unknown, asked: Asked, place: Place): void {
  // The number that the error page asks people to quote.
  const digest = error instanceof Error && "digest" in error ? String(error.digest) : undefined;
  logFailure(error, digest, asked, place);
}

/**
 * Logs an error that proxy.ts caught. Next would write it to the console, and answer with a bare 500 without our design.
 * The request's id is the number to find the error by in the log: Next has no digest here.
 */
export function reportProxyFailure(error: unknown, asked: Asked): void {
  setPageStatus(500);
  const page = currentRequest();
  if (page) page.failureNumber = page.requestId;
  logFailure(error, page?.requestId, asked, { routePath: "proxy", routeType: "proxy" });
}

function logFailure(error: unknown, digest: string | undefined, { method, path }: Asked, { routePath, routeType }: Place): void {
  const line = { err: error, digest, method, path: printablePath(path), page: routePath };
  if (isOutage(error)) {
    setPageStatus(503);
    log().warn(line, "a page could not reach the database");
  } else {
    log().error(line, MESSAGES[routeType]);
  }
}
