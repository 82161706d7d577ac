import type { Problems } from "./problems.ts";

/** Why a token is refused. A client is not told whether it expired, was revoked or was forged. */
export type TokenProblem = "invalid" | "wrong_type";

/** Why a session is over, as the holder of its refresh token is told. */
export const SESSION_ENDS = [
  ...(["logged_out", "ended_elsewhere", "replayed", "password_changed", "email_changed", "account_disabled"] as const),
  "expired",
] as const;
export type SessionEnd = (typeof SESSION_ENDS)[number];

/** How an account's owner can prove who it is. */
export type ProofMethod = "password" | SecondFactor | "provider";

/** What can follow a password, or a login with a provider. */
export type SecondFactor = "totp" | "recovery_code" | "passkey";

/** `position` in UTF-16 code units */
export type JsonProblem =
  | { reason: "incomplete_body" | "not_utf8" | "incomplete_value" }
  | { reason: "unexpected_character"; position: number };

/** Every refusal, with the details that its answer needs. */
export type ErrorDetails = {
  bad_authorization_header: undefined;
  access_token_not_valid: { reason: TokenProblem };
  body_too_large: undefined;
  /** A second factor's challenge that is forged, over, used or overtaken: it is not said which */
  challenge_not_valid: undefined;
  cross_site: undefined;
  invalid_code: undefined;
  invalid_input: { fields: Problems };
  internal: undefined;
  json_parse_error: JsonProblem;
  last_way_in: undefined;
  method_not_allowed: { method: string; allow: string };
  no_active_account: undefined;
  no_pending_signup: undefined;
  not_authenticated: undefined;
  not_found: undefined;
  refresh_token_missing: undefined;
  email_not_verified: undefined;
  passkey_not_valid: undefined;
  /** The site has no name that a passkey could belong to */
  passkeys_off: undefined;
  reauthentication_required: { methods: ProofMethod[] };
  /** `end`: null if the session is not known to have ended, or the token is not ours */
  refresh_token_not_valid: { reason: TokenProblem; end: SessionEnd | null };
  second_factor_required: { challenge: string; methods: SecondFactor[] };
  /** `retryAfter` in seconds */
  unavailable: { retryAfter: number };
  /** The limit's name, and how many attempts in how many `seconds` it allows; `resetsIn` in seconds */
  throttled: { limit: string; most: number; seconds: number; resetsIn: number };
  /** A token that was sent to be judged, of either type */
  token_not_valid: undefined;
  unsupported_media_type: { mediaType: string };
};

export type ErrorCode = keyof ErrorDetails;

/** A refusal. `lib/http/refusals.ts` gives each code its status and body. */
export class AppError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  readonly details: ErrorDetails[Code];
  /** The request's credentials are dead: the answer clears their cookies. */
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

/** Whether an error is this refusal, with its details. */
export function isRefusal<Code extends ErrorCode>(error: unknown, code: Code): error is AppError<Code> {
  return error instanceof AppError && error.code === code;
}

type AppErrorOptions = { cause?: unknown; clearsCookies?: boolean };
