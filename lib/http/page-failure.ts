import "server-only";

import type { Instrumentation } from "next";
import { log } from "../log";
import { isOutage } from "../outage";
import { printablePath } from "../printable-path";
import { currentRequest } from "../request-context";

type Failed = Parameters<Instrumentation.onRequestError>[1];
type Place = Parameters<Instrumentation.onRequestError>[2];

const MESSAGES: Record<Place["routeType"], string> = {
  render: "a page failed",
  action: "an action failed",
  route: "a route failed",
  proxy: "what precedes a page failed",
};

/** Has the page that is being made answered with 503, whatever becomes of its render: bin/outage-answer.ts does. */
export function answerWithOutage(): void {
  const page = currentRequest();
  if (page) page.isOutage = true;
}

/** Takes note of what Next caught. It would answer any of it with 500, and is told to log nothing. */
export function reportFailure(error: unknown, { method, path }: Failed, { routePath, routeType }: Place): void {
  const where = { digest: digestOf(error), method, path: printablePath(path), page: routePath };
  if (isOutage(error)) {
    answerWithOutage();
    log().warn({ err: error, ...where }, "a page could not ask the database");
  } else {
    log().error({ err: error, ...where }, MESSAGES[routeType]);
  }
}

// What the page asks people to tell.
function digestOf(error: unknown): string | undefined {
  return error instanceof Error && "digest" in error ? String(error.digest) : undefined;
}
