import "server-only";

import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Credential } from "#db/sessions.ts";
import { readValue, signValue, stateDigests } from "#lib/auth/signed-value.ts";

/** How long a challenge may be answered, in seconds. */
export const CHALLENGE_SECONDS = 300;

const claims = z.object({ jti: z.string(), user: z.number(), door: z.string(), state: z.string() });

/** What a challenge was given for. `door`: "password", or a provider's id. `expiresAt`: from then on it is over */
export type Challenge = { jti: string; userId: number; door: string; state: string; expiresAt: Date };

/**
 * A challenge to show a second factor, for somebody whose password or provider was checked. It is bound to that credential, and
 * stored nowhere.
 */
export function signChallenge(userId: number, credential: Credential): string {
  const jti = randomBytes(16).toString("base64url");
  const [state] = digestsOf(userId, credential);
  return signValue("second-factor", { jti, user: userId, door: doorOf(credential), state }, CHALLENGE_SECONDS);
}

/** Null if the challenge was forged, or is over. Whether it was used is not looked at. */
export function readChallenge(token: string): Challenge | null {
  const read = readValue("second-factor", claims, token);
  if (!read) return null;
  return { jti: read.jti, userId: read.user, door: read.door, state: read.state, expiresAt: new Date(read.exp * 1_000) };
}

/** Whether the challenge was given for this credential as it is now. */
export function isBoundTo({ userId, state }: Challenge, credential: Credential): boolean {
  return digestsOf(userId, credential).includes(state);
}

function digestsOf(userId: number, credential: Credential): [string, ...string[]] {
  const parts = "provider" in credential ? [credential.provider, credential.providerAccountId] : Object.values(credential);
  return stateDigests("second-factor", userId, ...parts);
}

function doorOf(credential: Credential): string {
  return "provider" in credential ? credential.provider : "password";
}
