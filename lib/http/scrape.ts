import "server-only";

import { createHash, timingSafeEqual } from "node:crypto";
import { bearerParts } from "#lib/auth/bearer-token.ts";
import { config } from "#lib/config.ts";
import { AppError } from "#lib/errors.ts";
import { currentRequest } from "#lib/observe/request-context.ts";
import { answerError } from "./errors.ts";
import { notFound } from "./not-found.ts";

// Set by bin/server/report-metrics.ts, which is outside of the bundles: the figures of all workers, as text.
const shared = globalThis as typeof globalThis & { movieconnectScrape?: () => Promise<string | null> };

const RETRY_SECONDS = 1;

/**
 * The metrics of all workers together, for who is on this machine or has `METRICS_TOKEN`. For everybody else there is
 * nothing here.
 */
export async function answerScrape(request: Request): Promise<Response> {
  const isAllowed = currentRequest()?.isLocal === true || hasToken(request.headers.get("authorization"));
  if (!isAllowed) return notFound();
  const text = (await shared.movieconnectScrape?.()) ?? null;
  // The figures of one worker alone would look as if all others had begun anew.
  if (text === null) return answerError(new AppError("unavailable", { retryAfter: RETRY_SECONDS }));
  const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" };
  return new Response(text, { headers });
}

function hasToken(authorization: string | null): boolean {
  const { METRICS_TOKEN: token } = config();
  const [presented, ...more] = bearerParts(authorization) ?? [];
  if (token === undefined || presented === undefined || more.length > 0) return false;
  // Digests are of one length, which the comparison asks for.
  return timingSafeEqual(digest(presented), digest(token));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
