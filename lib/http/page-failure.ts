import "server-only";

import { log } from "../log";
import { isOutage } from "../outage";
import { currentRequest } from "../request-context";

/** Has the page that is being made answered with 503, whatever becomes of its render: bin/outage-answer.ts does. */
export function answerWithOutage(): void {
  const page = currentRequest();
  if (page) page.isOutage = true;
}

/** Takes note of what a page's render threw. Next would answer any of it with 500, and is told to log nothing. */
export function reportPageFailure(error: unknown): void {
  // What the page asks people to tell.
  const digest = error instanceof Error && "digest" in error ? String(error.digest) : undefined;
  if (isOutage(error)) {
    answerWithOutage();
    log().warn({ err: error, digest }, "a page could not ask the database");
  } else {
    log().error({ err: error, digest }, "a page failed");
  }
}
