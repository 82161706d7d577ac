import "server-only";

import { isUnavailable } from "#db/unavailable.ts";
import { clearedCookies } from "#lib/auth/cleared-cookies.ts";
import { AppError, type ErrorCode, type ErrorDetails } from "#lib/errors.ts";
import { log } from "#lib/observe/log.ts";
import { OUTAGE_RETRY_SECONDS } from "#lib/settings/waits.ts";
import { json } from "./json.ts";

export type Answer = { status: number; body: unknown; headers?: Record<string, string> };
type Table = { [Code in ErrorCode]: (details: ErrorDetails[Code]) => Answer };

// RFC 6750 §3, and RFC 9110 §15.5.2: no 401 without one.
const CHALLENGE = { "www-authenticate": 'Bearer realm="api"' };
const NOT_PROVIDED = "Authentication credentials were not provided.";

/** Each refusal's status and body: part 2 of the contract. The compiler refuses a code without a row. */
const ANSWERS: Table = {
  access_token_not_valid: ({ message }) => ({
    status: 401,
    body: {
      detail: "Given token not valid for any token type",
      code: "token_not_valid",
      messages: [{ token_class: "AccessToken", token_type: "access", message }],
    },
  }),
  bad_authorization_header: () => ({
    status: 401,
    body: { detail: "Authorization header must contain two space-delimited values", code: "bad_authorization_header" },
  }),
  body_too_large: () => ({ status: 413, body: { detail: "Request body too large." } }),
  cross_site: () => ({ status: 403, body: { detail: "Cross-site request refused.", code: "cross_site" } }),
  internal: () => ({ status: 500, body: { detail: "Internal server error." } }),
  invalid_input: ({ fields }) => ({ status: 400, body: fields }),
  json_parse_error: ({ reason }) => ({ status: 400, body: { detail: `JSON parse error - ${reason}` } }),
  method_not_allowed: ({ method, allow }) => ({
    status: 405,
    headers: { allow },
    body: { detail: `Method "${method}" not allowed.` },
  }),
  no_active_account: () => ({ status: 401, body: { detail: "No active account found with the given credentials" } }),
  not_authenticated: () => ({ status: 401, body: { detail: NOT_PROVIDED } }),
  not_found: () => ({ status: 404, body: { detail: "Not found." } }),
  refresh_token_missing: () => ({ status: 401, body: { detail: NOT_PROVIDED, code: "not_authenticated" } }),
  refresh_token_not_valid: ({ message }) => ({ status: 401, body: { detail: message, code: "token_not_valid" } }),
  throttled: ({ limit, most, seconds, resetsIn }) => ({
    status: 429,
    headers: {
      "retry-after": String(resetsIn),
      // draft-ietf-httpapi-ratelimit-headers-10 §3
      "ratelimit-policy": `"${limit}";q=${most};w=${seconds}`,
      ratelimit: `"${limit}";r=0;t=${resetsIn}`,
    },
    body: { detail: `Request was throttled. Expected available in ${resetsIn} seconds.` },
  }),
  unavailable: ({ retryAfter }) => ({
    status: 503,
    headers: { "retry-after": String(retryAfter) },
    body: { detail: "Service temporarily unavailable.", code: "unavailable" },
  }),
  unsupported_media_type: ({ mediaType }) => ({
    status: 415,
    body: { detail: `Unsupported media type "${mediaType}" in request.` },
  }),
};

/** What a refusal says, as the table has it. Each 401 has a challenge beside it. */
export function answerTo<Code extends ErrorCode>(code: Code, details: ErrorDetails[Code]): Answer {
  const answer = ANSWERS[code](details);
  return answer.status === 401 ? { ...answer, headers: { ...CHALLENGE, ...answer.headers } } : answer;
}

/**
 * Turns whatever was thrown into an answer. What nobody expected is logged, and says nothing to the client.
 * @param cookie the request's, of which a refusal may clear what is dead
 */
export function answerError(error: unknown, cookie: string | null = null): Response {
  const refusal = toAppError(error);
  const { status, body, headers = {} } = answerTo(refusal.code, refusal.details);
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
