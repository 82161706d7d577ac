import "server-only";

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { config } from "../config";
import { now } from "./clock";

/** What a session's tokens are made from, and nothing else: the same facts give the same tokens, byte for byte. */
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

export type Refused = { ok: false; message: "Token is invalid or expired" | "Token has wrong type" };
type Verified<Claims> = { ok: true; claims: Claims } | Refused;

const common = z.object({ exp: z.int(), iat: z.int(), jti: z.string(), user_id: z.int(), sid: z.string().min(1) });
const accessClaims = common.extend({ token_type: z.literal("access"), username: z.string() });
const refreshClaims = common.extend({ token_type: z.literal("refresh"), gen: z.int().min(0) });

// The one header there is. Compared as it stands, so that no other algorithm, and none of `crit`, `jku`, `jwk` and `x5u`,
// is ever looked at (RFC 8725 §3.1, §3.10).
const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString("base64url");

export type AccessClaims = z.output<typeof accessClaims>;
export type RefreshClaims = z.output<typeof refreshClaims>;

const INVALID: Refused = { ok: false, message: "Token is invalid or expired" };

/** Signs the access and the refresh token of a session at one generation. Neither outlives the session. */
export function signTokens(facts: TokenFacts): Tokens {
  const iat = Math.floor(facts.rotatedAt.getTime() / 1_000);
  const sessionExpiry = Math.floor(facts.sessionExpiresAt.getTime() / 1_000);
  const accessExpiry = Math.min(iat + config().ACCESS_TOKEN_LIFETIME, sessionExpiry);
  const refreshExpiry = Math.min(iat + config().REFRESH_TOKEN_LIFETIME, sessionExpiry);
  const { sessionId: sid, userId: user_id, username, generation: gen } = facts;
  const access = { token_type: "access", exp: accessExpiry, iat, jti: jti(facts, "access"), user_id, sid, username };
  const refresh = { token_type: "refresh", exp: refreshExpiry, iat, jti: jti(facts, "refresh"), user_id, sid, gen };
  return { issuedAt: iat, access: sign(access), accessExpiry, refresh: sign(refresh), refreshExpiry };
}

export function verifyAccessToken(token: string): Verified<AccessClaims> {
  const known = verifiedBefore.get(token);
  const result = known ? unlessExpired(known) : verify(token, accessClaims);
  if (result.ok && !known) remember(token, result.claims);
  return result;
}

export function verifyRefreshToken(token: string): Verified<RefreshClaims> {
  return verify(token, refreshClaims);
}

function verify<Claims extends { exp: number }>(token: string, schema: z.ZodType<Claims>): Verified<Claims> {
  const payload = verifiedPayload(token);
  const claims = schema.safeParse(payload);
  if (!claims.success) {
    const isOtherType = payload !== null && claims.error.issues.some((issue) => issue.path[0] === "token_type");
    return isOtherType ? { ok: false, message: "Token has wrong type" } : INVALID;
  }
  return unlessExpired(claims.data);
}

function unlessExpired<Claims extends { exp: number }>(claims: Claims): Verified<Claims> {
  return claims.exp > now().getTime() / 1_000 ? { ok: true, claims } : INVALID;
}

// A browser sends the same access token for minutes. What was verified once need not be hashed and parsed each time.
const REMEMBERED_TOKENS = 5_000;
const verifiedBefore = new Map<string, AccessClaims>();

function remember(token: string, claims: AccessClaims): void {
  const oldest = verifiedBefore.keys().next().value;
  if (oldest !== undefined && verifiedBefore.size >= REMEMBERED_TOKENS) verifiedBefore.delete(oldest);
  verifiedBefore.set(token, claims);
}

// Signatures are compared as they are written: what a decoder would let pass, white space, padding or stray bits in the
// last character, makes another string and so no token (RFC 7515 §2, RFC 4648 §3.5).
function verifiedPayload(token: string): unknown {
  const [header, payload, signature, ...more] = token.split(".");
  if (header !== HEADER || !payload || !signature || more.length > 0) return null;
  const isOurs = config().AUTH_SECRET.some((secret) => isSame(signature, signatureOf(`${header}.${payload}`, secret)));
  return isOurs ? JSON.parse(Buffer.from(payload, "base64url").toString()) : null;
}

function isSame(presented: string, expected: string): boolean {
  const [a, b] = [Buffer.from(presented), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function sign(claims: Record<string, string | number>): string {
  const [secret = ""] = config().AUTH_SECRET;
  const signed = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  return `${signed}.${signatureOf(signed, secret)}`;
}

// HS256 (RFC 7518 §3.2)
function signatureOf(signed: string, secret: string): string {
  return createHmac("sha256", secret).update(signed).digest("base64url");
}

// Unique without being random: the session id already carries 128 random bits.
function jti({ sessionId, generation }: TokenFacts, type: string): string {
  return createHash("sha256").update(`${sessionId}.${generation}.${type}`).digest("base64url").slice(0, 22);
}
