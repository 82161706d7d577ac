import "server-only";

import type { z } from "zod";
import type { Database } from "#db/pool.ts";
import type { CredentialHeaders, Viewer } from "#lib/auth/authenticate.ts";
import type { ErrorCode } from "#lib/errors.ts";
import type { Problems } from "#lib/problems.ts";
import type { LimitName } from "#lib/rate-limits.ts";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** What an endpoint declares. `endpoint()` acts on the fields before `summary`; the API's document describes all of them. */
export type Declaration = {
  /** No session is needed. Without this the endpoint answers 401 to a request that has none. */
  public?: boolean;
  /** The limit that counts each request by the client's address, even a refused one */
  limit?: LimitName;
  /** The endpoint hashes a password. A request is refused early if its address has as many hashes waiting as it may have */
  hashes?: true;
  /** Finds the viewer, for an endpoint that accepts other credentials beside an access token */
  authenticate?: Authenticate;
  /**
   * The session must have proved lately who its holder is: by the login, or by POST /api/user/reauthenticate/. A function says
   * for which accounts
   */
  proof?: true | Proof;
  /** The schema of the path's parameters. A path whose parameters it refuses leads to nothing: `not_found` */
  params?: z.ZodObject;
  /** The schema of the query's parameters */
  query?: z.ZodObject;
  /** The schema of the request's body. Without one the body is not read */
  body?: z.ZodType;
  /** Rules beyond the body's schema. Their problems are reported together with the schema's */
  rules?: (db: Database, fields: never, viewer: never, sender: never) => Problems | Promise<Problems>;
  /** What the endpoint does, in a few words, and in a sentence or two */
  summary?: string;
  description?: string;
  /** The statuses that are no refusals, each with its body's schema; null for an answer without a body */
  answers?: Record<number, z.ZodType | null>;
  /** Refusals of the handler, beside those of the wrapper */
  refuses?: ErrorCode[];
  /** The credentials that the endpoint accepts; by default "access" if it is not public */
  credentials?: Credential[];
  /** The endpoint sets both cookies, or clears them */
  setsCookies?: true;
};

/** An access token, in a header or its cookie; the refresh cookie. */
export type Credential = "access" | "refresh";

/**
 * @param body reads the request's body, which may hold a credential. A bad body is refused later in any case
 * @throws {AppError} a 401
 */
type Authenticate = (db: Database, headers: CredentialHeaders, body: () => Promise<unknown>) => Promise<Viewer>;

/** @throws {AppError} `reauthentication_required` */
type Proof = (db: Database, viewer: Viewer) => Promise<void>;

export function changesState(method: string): boolean {
  return !SAFE_METHODS.has(method);
}

export function credentialsOf({ public: isPublic, credentials }: Declaration): Credential[] {
  return credentials ?? (isPublic === true ? [] : ["access"]);
}

/** Every refusal of an endpoint: those of the checks that its declaration asks for, and its own. */
export function refusalsOf(method: string, declaration: Declaration): ErrorCode[] {
  const { limit, hashes, proof, params, query, body, refuses = [] } = declaration;
  const codes = new Set<ErrorCode>(["internal", ...refuses]);
  const add = (...more: ErrorCode[]) => more.forEach((code) => void codes.add(code));
  if (changesState(method)) add("cross_site");
  if (limit) add("throttled", "unavailable");
  if (hashes) add("unavailable");
  if (credentialsOf(declaration).includes("access"))
    add("not_authenticated", "bad_authorization_header", "access_token_not_valid", "unavailable");
  if (proof) add("reauthentication_required");
  if (params) add("not_found");
  if (query) add("invalid_input");
  if (body) add("unsupported_media_type", "body_too_large", "json_parse_error", "invalid_input");
  return [...codes];
}
