import "server-only";

import type { Database } from "#db/pool.ts";
import { listLinked } from "#db/provider-accounts.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import type { SessionCookie } from "#lib/auth/cookies.ts";
import { findProofMethods } from "#lib/auth/proof-methods.ts";
import { isConfigured } from "#lib/auth/providers.ts";
import { AppError } from "#lib/errors.ts";
import type { Problem } from "#lib/problems.ts";
import type { ProviderId } from "#lib/settings/providers.ts";
import { beginWalk } from "./begin.ts";
import { failureOf, rememberFailure } from "./failure.ts";
import type { Flow } from "./flow.ts";

const RETRY_SECONDS = 5;
/** Asks a provider to have the person log in anew, and to say when that was. Google says it only if it is asked by name. */
const ANEW = {
  prompt: "login",
  max_age: "0",
  claims: JSON.stringify({ id_token: { auth_time: { essential: true } } }),
};

type Begun = { url: string; cookies: SessionCookie[] };

/**
 * Begins to link an account at a provider to the viewer's.
 * @throws {AppError} `not_found` if the provider is not switched on; `invalid_input` if an account there is linked already;
 *   `unavailable` if the provider is away
 */
export async function beginLink(db: Database, viewer: Viewer, provider: string, origin: string): Promise<Begun> {
  if (!isConfigured(provider)) throw new AppError("not_found");
  if (await isLinked(db, viewer, provider)) throw refused("provider_linked");
  return begin({ viewer, provider: provider as ProviderId, purpose: "link" }, origin, {});
}

/**
 * Begins to prove with a provider who the viewer is: an account with a password or a second factor proves it with that.
 * @throws {AppError} `invalid_input` if it is no way to prove it; `unavailable` if the provider is away
 */
export async function beginProof(db: Database, viewer: Viewer, provider: string, origin: string): Promise<Begun> {
  const isTheirs = isConfigured(provider) && (await isLinked(db, viewer, provider));
  if (!isTheirs || !(await findProofMethods(db, viewer.userId)).includes("provider")) throw refused("provider_not_theirs");
  // GitHub's OAuth 2 has no word of when, or whether, a person logged in there.
  if (provider === "github") throw refused("provider_proves_nothing");
  return begin({ viewer, provider: provider as ProviderId, purpose: "prove" }, origin, ANEW);
}

type Walk = { viewer: Viewer; provider: ProviderId; purpose: Flow["purpose"] };

async function begin(walk: Walk, origin: string, parameters: Record<string, string>): Promise<Begun> {
  try {
    return await beginWalk({ ...walk, origin, next: "/account", parameters });
  } catch (error) {
    const failure = failureOf(error);
    rememberFailure(walk.provider, failure, error);
    throw failure === "unavailable" ? new AppError("unavailable", { retryAfter: RETRY_SECONDS }, { cause: error }) : error;
  }
}

async function isLinked(db: Database, { userId }: Viewer, provider: string): Promise<boolean> {
  return (await listLinked(db, userId)).some((linked) => linked.provider === provider);
}

function refused(code: "provider_linked" | "provider_not_theirs" | "provider_proves_nothing"): AppError {
  return new AppError("invalid_input", { fields: { provider: [{ code } satisfies Problem] } });
}
