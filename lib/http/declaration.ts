import "server-only";

import type { z } from "zod";
import type { Database } from "#db/pool.ts";
import type { CredentialHeaders, Viewer } from "#lib/auth/authenticate.ts";
import type { ErrorCode } from "#lib/errors.ts";
import type { Problems } from "#lib/problems.ts";
import type { LimitName } from "#lib/rate-limits.ts";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** What an endpoint says about itself, which the document tells. `endpoint()` acts on all that comes before `summary`. */
export type Declaration = {
  /** Open to everybody. Without it nobody gets in without a session. */
  public?: boolean;
  /** Counted by the client's address, whatever becomes of the request */
  limit?: LimitName;
  /** It has a password hashed: turned away before it costs anything where its address waits for as many as it may */
  hashes?: true;
  /** Finds the viewer, where another credential than an access token will do as well */
  authenticate?: Authenticate;
  /** The schema that the request's body must meet; without one the body is not read */
  body?: z.ZodType;
  /** What the body's fields must meet beyond the schema. Its problems are told together with the schema's */
  rules?: (db: Database, fields: never) => Problems | Promise<Problems>;
  /** What it does, in a few words, and in a sentence or two */
  summary?: string;
  description?: string;
  /** Its answers that are no refusals: each status with its body */
  answers?: Record<number, z.ZodType>;
  /** Its own refusals, beside those of the wrapper */
  refuses?: ErrorCode[];
  /** What it takes for a session; by default "access" where it is not public */
  credentials?: Credential[];
  /** Its answers set both cookies, or clear them */
  setsCookies?: true;
};

/** An access token, in a header or its cookie; the refresh cookie. */
export type Credential = "access" | "refresh";

/**
 * @param body reads the request's, which may hold a credential. An error in it is refused after this anyway
 * @throws {AppError} a 401
 */
type Authenticate = (db: Database, headers: CredentialHeaders, body: () => Promise<unknown>) => Promise<Viewer>;

export function changesState(method: string): boolean {
  return !SAFE_METHODS.has(method);
}

export function credentialsOf({ public: isPublic, credentials }: Declaration): Credential[] {
  return credentials ?? (isPublic === true ? [] : ["access"]);
}

/** All that such an endpoint may refuse: what the checks around it refuse, by what it asked for, and its own. */
export function refusalsOf(method: string, declaration: Declaration): ErrorCode[] {
  const { limit, hashes, body, refuses = [] } = declaration;
  const codes = new Set<ErrorCode>(["internal", ...refuses]);
  const add = (...more: ErrorCode[]) => more.forEach((code) => void codes.add(code));
  if (changesState(method)) add("cross_site");
  if (limit) add("throttled", "unavailable");
  if (hashes) add("unavailable");
  if (credentialsOf(declaration).includes("access"))
    add("not_authenticated", "bad_authorization_header", "access_token_not_valid", "unavailable");
  if (body) add("unsupported_media_type", "body_too_large", "json_parse_error", "invalid_input");
  return [...codes];
}
