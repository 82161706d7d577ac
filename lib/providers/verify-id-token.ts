import "server-only";

import { createRemoteJWKSet, customFetch, jwtVerify } from "jose";
import { z } from "zod";
import { now } from "#lib/auth/clock.ts";
import { perProcess } from "#lib/per-process.ts";
import { providerMetadata } from "./metadata.ts";
import { providerFetch } from "./provider-fetch.ts";

/** Signatures by a provider's own key. Neither `none`, nor one that anybody could make who knows a public key or the secret. */
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"];
/** How far a provider's clock may be from ours. */
const CLOCK_TOLERANCE_SECONDS = 60;

const claims = z.object({
  sub: z.string().min(1).max(255),
  aud: z.union([z.string(), z.array(z.string())]),
  azp: z.string().optional(),
  nonce: z.string(),
  auth_time: z.number().optional(),
});

/** What an ID token says for sure. `authTime`: when its subject logged in at the provider, in seconds */
export type VerifiedIdToken = { subject: string; nonce: string; authTime: number | null };

// Keys are asked for again when a token names an unknown one, at most every half minute.
const keySets = perProcess("provider-keys", () => new Map<string, ReturnType<typeof createRemoteJWKSet>>()).get;

/**
 * Verifies an ID token's signature, issuer, audience and times (OpenID Connect Core §3.1.3.7). Auth.js reads it without a look
 * at the signature.
 * @throws {Error} if anything is wrong with it; `isAway(error)` if the issuer's keys can't be read
 */
export async function verifyIdToken(idToken: string, issuer: string, clientId: string): Promise<VerifiedIdToken> {
  const { jwks_uri } = await providerMetadata(issuer);
  const { payload } = await jwtVerify(idToken, keySetAt(jwks_uri), {
    issuer,
    audience: clientId,
    algorithms: ALGORITHMS,
    requiredClaims: ["sub", "exp", "iat", "nonce"],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate: now(),
  });
  const { sub, aud, azp, nonce, auth_time } = claims.parse(payload);
  const isForOthers = Array.isArray(aud) && aud.length > 1;
  if (azp === undefined ? isForOthers : azp !== clientId) throw new Error("the ID token was issued to another client");
  return { subject: sub, nonce, authTime: auth_time ?? null };
}

function keySetAt(url: string) {
  const keys = keySets().get(url) ?? createRemoteJWKSet(new URL(url), { [customFetch]: providerFetch });
  keySets().set(url, keys);
  return keys;
}
