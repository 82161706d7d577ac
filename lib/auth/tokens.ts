import "server-only";

import { z } from "zod";
import { config } from "#lib/config.ts";
import type { TokenProblem } from "#lib/errors.ts";
import { now } from "./clock.ts";
import { readClaims, signClaims } from "./signed-token.ts";
import { tokenId } from "./token-id.ts";

/** All that a session's tokens are made from: the same facts give the same tokens, byte for byte. */
export type TokenFacts = {
  sessionId: string;
  generation: number;
  rotatedAt: Date;
  sessionExpiresAt: Date;
  userId: number;
  username: string;
};

/** Two signed tokens. Times in seconds since the epoch. */
export type Tokens = { issuedAt: number; access: string; accessExpiry: number; refresh: string; refreshExpiry: number };

export type Refused = { ok: false; reason: TokenProblem };
type Timed = { exp: number; iat: number };
export type Verified<Claims> = { ok: true; claims: Claims } | Refused;

// Signed claims are input like any other: each must be a value that this file could have written and that Postgres can store.
const LAST_SECOND = Date.UTC(9999, 11, 31) / 1_000;
export const seconds = z.int().min(0).max(LAST_SECOND);
export const randomId = z.string().regex(/^[\w-]{22}$/);
// A refresh adds 1 to the generation, which is an `integer` in Postgres.
export const generation = z
  .int()
  .min(0)
  .max(2 ** 31 - 2);
const common = z.object({ exp: seconds, iat: seconds, jti: randomId, user_id: z.int().min(1), sid: randomId });
const username = z
  .string()
  .min(1)
  .max(300)
  .refine((name) => name.isWellFormed() && !name.includes("\0"));
const accessClaims = common.extend({ token_type: z.literal("access"), username });
const refreshClaims = common.extend({ token_type: z.literal("refresh"), gen: generation });

export type AccessClaims = z.output<typeof accessClaims>;
export type RefreshClaims = z.output<typeof refreshClaims>;

/** How far in the future a token may have been issued, in seconds: a clock that is a week ahead is not plausible. */
export const MOST_AHEAD = 7 * 86_400;
const INVALID: Refused = { ok: false, reason: "invalid" };

/** Signs the access and the refresh token of a session at one generation. Neither outlives the session. */
export function signTokens(facts: TokenFacts): Tokens {
  const iat = Math.floor(facts.rotatedAt.getTime() / 1_000);
  const sessionExpiry = Math.floor(facts.sessionExpiresAt.getTime() / 1_000);
  const accessExpiry = Math.min(iat + config().ACCESS_TOKEN_LIFETIME, sessionExpiry);
  const refreshExpiry = Math.min(iat + config().REFRESH_TOKEN_LIFETIME, sessionExpiry);

  const { sessionId: sid, username, generation: gen } = facts;
  const user = userClaims(facts);
  const access = { token_type: "access", exp: accessExpiry, iat, jti: tokenId(facts, "access"), ...user, sid, username };
  const refresh = { token_type: "refresh", exp: refreshExpiry, iat, jti: tokenId(facts, "refresh"), ...user, sid, gen };
  return { issuedAt: iat, access: signClaims(access), accessExpiry, refresh: signClaims(refresh), refreshExpiry };
}

/**
 * Verifies signature, type, claims and expiry. If `ACCESS_TOKEN_LIFETIME` has become shorter since the token was issued, the
 * shorter lifetime counts.
 */
export function verifyAccessToken(token: string): Verified<AccessClaims> {
  const { ACCESS_TOKEN_LIFETIME: lifetime } = config();
  const known = verifiedBefore.get(token);
  const result = known ? unlessExpired(known, lifetime) : verify(token, accessClaims, refreshClaims, lifetime);
  if (result.ok && !known) remember(token, result.claims);
  return result;
}

/** As `verifyAccessToken`, for a refresh token. */
export function verifyRefreshToken(token: string): Verified<RefreshClaims> {
  return verify(token, refreshClaims, accessClaims, config().REFRESH_TOKEN_LIFETIME);
}

/** The claims of a refresh token that one of our secrets signed, even if it has expired. Null for anything else. */
export function readRefreshClaims(token: string): RefreshClaims | null {
  return refreshClaims.safeParse(readClaims(token)).data ?? null;
}

function verify<Claims extends Timed>(
  token: string,
  schema: z.ZodType<Claims>,
  otherSchema: z.ZodType<Timed>,
  lifetime: number,
): Verified<Claims> {
  const said = readClaims(token);
  const claims = schema.safeParse(said);
  if (claims.success) return unlessExpired(claims.data, lifetime);
  return otherSchema.safeParse(said).success ? { ok: false, reason: "wrong_type" } : INVALID;
}

// The list of revocations covers one lifetime by today's setting. A token that was issued with a longer lifetime could have
// been revoked before that, so it must not outlive the list. If the database's clock is set back by minutes, tokens that it
// stamped before stay good.
function unlessExpired<Claims extends Timed>(claims: Claims, lifetime: number): Verified<Claims> {
  const end = Math.min(claims.exp, claims.iat + lifetime);
  const time = now().getTime() / 1_000;
  return end > time && claims.iat < time + MOST_AHEAD ? { ok: true, claims } : INVALID;
}

// A browser sends the same access token for minutes: a verified token need not be hashed and parsed each time.
const REMEMBERED_TOKENS = 5_000;
const verifiedBefore = new Map<string, AccessClaims>();

function remember(token: string, claims: AccessClaims): void {
  const oldest = verifiedBefore.keys().next().value;
  if (oldest !== undefined && verifiedBefore.size >= REMEMBERED_TOKENS) verifiedBefore.delete(oldest);
  verifiedBefore.set(token, claims);
}

// Django reads the user's id from the claim that it was told to. When the tokens were issued decides, not what time it is: at the
// end of the period the same facts give the same tokens. A string, because PyJWT wants one in `sub`.
function userClaims({ userId, rotatedAt }: TokenFacts): Record<string, string | number> {
  const { LEGACY_SIMPLEJWT: end, LEGACY_SIMPLEJWT_USER_CLAIM: name } = config();
  const isRead = end !== undefined && rotatedAt < end && name !== "user_id";
  return isRead ? { user_id: userId, [name]: String(userId) } : { user_id: userId };
}
