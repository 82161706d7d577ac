import type { Problems } from "./problems.ts";

/** Why a token is refused. Expired, ended and forged are one to a client. */
export type TokenProblem = "invalid" | "wrong_type";

/** `position` in UTF-16 code units */
export type JsonProblem =
  | { reason: "incomplete_body" | "not_utf8" | "incomplete_value" }
  | { reason: "unexpected_character"; position: number };

/** Everything that can go wrong on purpose, with what the answer needs to say about it. */
export type ErrorDetails = {
  bad_authorization_header: undefined;
  access_token_not_valid: { reason: TokenProblem };
  body_too_large: undefined;
  cross_site: undefined;
  invalid_input: { fields: Problems };
  internal: undefined;
  json_parse_error: JsonProblem;
  method_not_allowed: { method: string; allow: string };
  no_active_account: undefined;
  not_authenticated: undefined;
  not_found: undefined;
  refresh_token_missing: undefined;
  refresh_token_not_valid: { reason: TokenProblem };
  /** `retryAfter` in seconds */
  unavailable: { retryAfter: number };
  /** The limit's name, and how many attempts in how many `seconds` it allows; `resetsIn` in seconds */
  throttled: { limit: string; most: number; seconds: number; resetsIn: number };
  unsupported_media_type: { mediaType: string };
};

export type ErrorCode = keyof ErrorDetails;

/** A refusal. `lib/http/errors.ts` gives each code its status and body. */
export class AppError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  readonly details: ErrorDetails[Code];
  /** The credentials that came along are dead: the answer clears their cookies. */
  clearsCookies: boolean;

  constructor(
    code: Code,
    ...[details, options]: ErrorDetails[Code] extends undefined
      ? [details?: undefined, options?: AppErrorOptions]
      : [details: ErrorDetails[Code], options?: AppErrorOptions]
  ) {
    super(code, options);
    this.name = "AppError";
    this.code = code;
    this.details = details as ErrorDetails[Code];
    this.clearsCookies = options?.clearsCookies ?? false;
  }
}

type AppErrorOptions = { cause?: unknown; clearsCookies?: boolean };
