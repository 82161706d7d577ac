import type { Database } from "#db/pool.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import type { SessionCookie } from "#lib/auth/cookies.ts";
import type { Flow } from "./flow.ts";

/** Whom a provider's answer belongs to: this browser, which began the walk here. `iat`: when, in seconds */
export type Walk = { db: Database; cookie: string | null; viewer: Viewer | null; flow: Flow & { iat: number } };

/** Where a walk to a provider ends, and what the browser takes along. */
export type Arrival = { path: string; cookies: SessionCookie[] };

/** Why a walk came to nothing, as the page at its end is told. */
export const WALK_FAILURES = [
  /** The person said no at the provider */
  "cancelled",
  /** State, nonce or cookies are missing, another walk's, used or too old */
  "expired",
  /** The provider is away, or its answers make no sense */
  "unavailable",
  "failed",
  "account_disabled",
  "email_not_verified",
  /** Linking: it is another account's, or this account has one there */
  "already_linked",
  /** Proving: it opens another account, or none */
  "other_account",
  /** Proving: the provider does not say that the person has just logged in there */
  "not_fresh",
  /** Linking or proving: the session that began it is over */
  "session_over",
] as const;
export type WalkFailure = (typeof WALK_FAILURES)[number];

/** The page where a walk ends that came to nothing. */
export function failedPath({ provider, purpose, next }: Pick<Flow, "provider" | "purpose" | "next">, error: WalkFailure): string {
  if (purpose !== "sign_in") return `/account?${new URLSearchParams({ error, provider })}`;
  return `/login?${new URLSearchParams({ error, provider, ...(next === "/" ? {} : { next }) })}`;
}
