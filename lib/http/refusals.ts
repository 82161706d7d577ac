import "server-only";

import { A_TOKEN } from "#lib/answers.ts";
import { type ErrorCode, type ErrorDetails, type JsonProblem, SESSION_ENDS } from "#lib/errors.ts";
import { sayProblems } from "./field-words.ts";

export type Answer = { status: number; body: unknown; headers: Record<string, string> };

type Row<Details> = {
  status: number;
  body: (details: Details) => unknown;
  headers?: (details: Details) => Record<string, string>;
  /** Details that the API's document shows it with: all that there are, or one that stands for any */
  samples: [Details, ...Details[]];
};
type Table = { [Code in ErrorCode]: Row<ErrorDetails[Code]> };

// RFC 6750 §3, and RFC 9110 §15.5.2: no 401 without one.
const CHALLENGE = { "www-authenticate": 'Bearer realm="api"' };
const NOT_PROVIDED = "Authentication credentials were not provided.";
const JSON_WORDS = {
  incomplete_value: "expected a complete JSON value",
  incomplete_body: "the body is incomplete",
  not_utf8: "the body is not UTF-8",
};
const TOKEN_WORDS = { invalid: "Token is invalid or expired", wrong_type: "Token has wrong type" };

/** Each refusal's status, body and samples: parts 2 and 3 of the contract. The compiler refuses a code without a row. */
const ANSWERS: Table = {
  access_token_not_valid: {
    status: 401,
    body: ({ reason }) => ({
      detail: "Given token not valid for any token type",
      code: "token_not_valid",
      messages: [{ token_class: "AccessToken", token_type: "access", message: TOKEN_WORDS[reason] }],
    }),
    samples: [{ reason: "invalid" }, { reason: "wrong_type" }],
  },
  bad_authorization_header: {
    status: 401,
    body: () => ({ detail: "Authorization header must contain two space-delimited values", code: "bad_authorization_header" }),
    samples: [undefined],
  },
  body_too_large: { status: 413, body: () => ({ detail: "Request body too large." }), samples: [undefined] },
  challenge_not_valid: {
    status: 401,
    body: () => ({ detail: TOKEN_WORDS.invalid, code: "token_not_valid" }),
    samples: [undefined],
  },
  cross_site: {
    status: 403,
    body: () => ({ detail: "Cross-site request refused.", code: "cross_site" }),
    samples: [undefined],
  },
  email_not_verified: {
    status: 401,
    body: () => ({ detail: "E-mail address is not verified.", code: "email_not_verified" }),
    samples: [undefined],
  },
  internal: { status: 500, body: () => ({ detail: "Internal server error." }), samples: [undefined] },
  invalid_code: { status: 401, body: () => ({ detail: "Invalid code.", code: "invalid_code" }), samples: [undefined] },
  invalid_input: {
    status: 400,
    body: ({ fields }) => sayProblems(fields),
    samples: [{ fields: { non_field_errors: [{ code: "no_data" }] } }],
  },
  json_parse_error: {
    status: 400,
    body: (problem) => ({ detail: `JSON parse error - ${sayJsonProblem(problem)}` }),
    samples: [
      { reason: "unexpected_character", position: 17 },
      { reason: "incomplete_value" },
      { reason: "incomplete_body" },
      { reason: "not_utf8" },
    ],
  },
  last_way_in: {
    status: 400,
    body: () => ({ detail: "This is the last way to log in.", code: "last_way_in" }),
    samples: [undefined],
  },
  method_not_allowed: {
    status: 405,
    headers: ({ allow }) => ({ allow }),
    body: ({ method }) => ({ detail: `Method "${method}" not allowed.` }),
    samples: [{ method: "PATCH", allow: "GET, HEAD, OPTIONS" }],
  },
  no_active_account: {
    status: 401,
    body: () => ({ detail: "No active account found with the given credentials" }),
    samples: [undefined],
  },
  no_pending_signup: {
    status: 400,
    body: () => ({ detail: "Sign in with a provider first.", code: "no_pending_signup" }),
    samples: [undefined],
  },
  not_authenticated: { status: 401, body: () => ({ detail: NOT_PROVIDED }), samples: [undefined] },
  not_found: { status: 404, body: () => ({ detail: "Not found." }), samples: [undefined] },
  passkey_not_valid: {
    status: 401,
    body: () => ({ detail: "Passkey is not valid.", code: "passkey_not_valid" }),
    samples: [undefined],
  },
  passkeys_off: {
    status: 400,
    body: () => ({ detail: "Passkeys need a site with a name, not an IP address.", code: "passkeys_off" }),
    samples: [undefined],
  },
  reauthentication_required: {
    status: 403,
    body: ({ methods }) => ({ detail: "Reauthentication is required.", code: "reauthentication_required", methods }),
    samples: [
      { methods: ["password", "passkey"] },
      { methods: ["totp", "recovery_code", "passkey"] },
      { methods: ["passkey", "provider"] },
      { methods: [] },
    ],
  },
  refresh_token_missing: {
    status: 401,
    body: () => ({ detail: NOT_PROVIDED, code: "not_authenticated" }),
    samples: [undefined],
  },
  refresh_token_not_valid: {
    status: 401,
    body: ({ reason, end }) => ({ detail: TOKEN_WORDS[reason], code: "token_not_valid", ...(end ? { reason: end } : {}) }),
    samples: [
      { reason: "invalid", end: null },
      { reason: "wrong_type", end: null },
      ...SESSION_ENDS.map((end) => ({ reason: "invalid" as const, end })),
    ],
  },
  second_factor_required: {
    status: 401,
    body: ({ challenge, methods }) => ({
      detail: "A second factor is required.",
      code: "second_factor_required",
      challenge,
      methods,
    }),
    samples: [{ challenge: A_TOKEN, methods: ["totp", "recovery_code", "passkey"] }],
  },
  throttled: {
    status: 429,
    headers: ({ limit, most, seconds, resetsIn }) => ({
      "retry-after": String(resetsIn),
      // draft-ietf-httpapi-ratelimit-headers-10 §3
      "ratelimit-policy": `"${limit}";q=${most};w=${seconds}`,
      ratelimit: `"${limit}";r=0;t=${resetsIn}`,
    }),
    body: ({ resetsIn }) => ({ detail: `Request was throttled. Expected available in ${resetsIn} seconds.` }),
    samples: [{ limit: "login-address", most: 100, seconds: 900, resetsIn: 42 }],
  },
  token_not_valid: {
    status: 401,
    body: () => ({ detail: TOKEN_WORDS.invalid, code: "token_not_valid" }),
    samples: [undefined],
  },
  unavailable: {
    status: 503,
    headers: ({ retryAfter }) => ({ "retry-after": String(retryAfter) }),
    body: () => ({ detail: "Service temporarily unavailable.", code: "unavailable" }),
    samples: [{ retryAfter: 2 }],
  },
  unsupported_media_type: {
    status: 415,
    body: ({ mediaType }) => ({ detail: `Unsupported media type "${mediaType}" in request.` }),
    samples: [{ mediaType: "text/plain" }],
  },
};

/** The answer to a refusal. Every 401 has a challenge. */
export function answerTo<Code extends ErrorCode>(code: Code, details: ErrorDetails[Code]): Answer {
  const { status, body, headers }: Row<ErrorDetails[Code]> = ANSWERS[code];
  return { status, body: body(details), headers: { ...(status === 401 ? CHALLENGE : {}), ...headers?.(details) } };
}

/** Details to show a refusal with, for the API's document. */
export function samplesOf<Code extends ErrorCode>(code: Code): [ErrorDetails[Code], ...ErrorDetails[Code][]] {
  return ANSWERS[code].samples;
}

/** Every code there is. */
export const ERROR_CODES = Object.keys(ANSWERS) as ErrorCode[];

function sayJsonProblem(problem: JsonProblem): string {
  if (problem.reason === "unexpected_character") return `unexpected character at position ${problem.position}`;
  return JSON_WORDS[problem.reason];
}
