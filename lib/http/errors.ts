import "server-only";

import { isUnavailable } from "#db/unavailable.ts";
import { clearedCookies } from "#lib/auth/cleared-cookies.ts";
import { AppError } from "#lib/errors.ts";
import { log } from "#lib/observe/log.ts";
import { OUTAGE_RETRY_SECONDS } from "#lib/settings/waits.ts";
import { type JsonAnswer, json } from "./json.ts";
import { answerTo } from "./refusals.ts";

/**
 * Turns a thrown error into an answer. An unexpected error is logged, and its answer is a bare 500.
 * @param cookie the request's `Cookie` header: a refusal may clear dead cookies
 */
export function answerError(error: unknown, cookie: string | null = null): JsonAnswer {
  const refusal = toAppError(error);
  const { status, body, headers } = answerTo(refusal.code, refusal.details);
  return json(body, { status, headers, cookies: refusal.clearsCookies ? clearedCookies(cookie) : [] });
}

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isUnavailable(error)) {
    log().warn({ err: error }, "the database can't be asked");
    return new AppError("unavailable", { retryAfter: OUTAGE_RETRY_SECONDS });
  }
  log().error({ err: error }, "an endpoint failed");
  return new AppError("internal");
}
