import "server-only";

import type { Viewer } from "#lib/auth/authenticate.ts";
import type { SessionCookie } from "#lib/auth/cookies.ts";
import type { ProviderId } from "#lib/settings/providers.ts";
import { askAuthJs, emptyVisit } from "./auth-js.ts";
import { digest, type Flow, flowCookie } from "./flow.ts";

/** A walk to begin. `viewer`: null for a sign-in */
type Start = {
  /** The origin that the browser sees */
  origin: string;
  provider: ProviderId;
  purpose: Flow["purpose"];
  next: string;
  viewer: Viewer | null;
  /** Parameters of the authorization request beside those that Auth.js makes */
  parameters?: Record<string, string>;
  /** What a browser of Auth.js' own client sends: the cookie and the field. Without it the caller answers for the request */
  csrf?: { cookie: string; token: string };
};

/**
 * Begins a walk to a provider.
 * @returns where the browser is to go, with the cookies that it is to take along
 * @throws {Error} `isAway(error)`; Auth.js' `MissingCSRF`
 */
export async function beginWalk(start: Start): Promise<{ url: string; cookies: SessionCookie[] }> {
  const { origin, provider, purpose, next, viewer, parameters = {}, csrf } = start;
  const address = `${origin}/api/auth/signin/${provider}?${new URLSearchParams(parameters)}`;
  // The place to go to afterwards is in the flow: Auth.js gets none.
  const body = new URLSearchParams({ callbackUrl: origin, ...(csrf ? { csrfToken: csrf.token } : {}) });
  const request = new Request(address, { method: "POST", headers: csrf ? { cookie: csrf.cookie } : {}, body });
  const { redirect, cookies } = await askAuthJs(request, emptyVisit(), { isTrusted: csrf === undefined });
  const url = new URL(redirect ?? "");
  const [state, nonce] = [url.searchParams.get("state"), url.searchParams.get("nonce")];
  if (state === null) throw new Error("Auth.js has made no state");
  const flow = {
    ...{ provider, purpose, next, state: digest(state), nonce: nonce === null ? null : digest(nonce) },
    ...{ user_id: viewer?.userId ?? null, session: viewer?.sessionId ?? null },
  };
  return { url: url.href, cookies: [...cookies, flowCookie(flow)] };
}
