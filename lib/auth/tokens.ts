import "server-only";

import { createHash } from "node:crypto";
import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
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

/** Two signed tokens. Expiries in seconds since the epoch. */
export type Tokens = { access: string; accessExpiry: number; refresh: string; refreshExpiry: number };

export type Refused = { ok: false; message: "Token is invalid or expired" | "Token has wrong type" };
type Verified<Claims> = { ok: true; claims: Claims } | Refused;

const common = z.object({ exp: z.int(), iat: z.int(), jti: z.string(), user_id: z.int(), sid: z.string().min(1) });
const accessClaims = common.extend({ token_type: z.literal("access"), username: z.string() });
const refreshClaims = common.extend({ token_type: z.literal("refresh"), gen: z.int().min(0) });
// Strict: `crit`, `jku`, `jwk` and `x5u` have no business here (RFC 8725 §3.10, RFC 7515 §4.1.11).
const protectedHeader = z.strictObject({ alg: z.literal("HS256"), typ: z.literal("JWT") });

export type AccessClaims = z.output<typeof accessClaims>;
export type RefreshClaims = z.output<typeof refreshClaims>;

const INVALID: Refused = { ok: false, message: "Token is invalid or expired" };

/** Signs the access and the refresh token of a session at one generation. Neither outlives the session. */
export async function signTokens(facts: TokenFacts): Promise<Tokens> {
  const iat = Math.floor(facts.rotatedAt.getTime() / 1_000);
  const sessionExpiry = Math.floor(facts.sessionExpiresAt.getTime() / 1_000);
  const accessExpiry = Math.min(iat + config().ACCESS_TOKEN_LIFETIME, sessionExpiry);
  const refreshExpiry = Math.min(iat + config().REFRESH_TOKEN_LIFETIME, sessionExpiry);
  const { sessionId: sid, userId: user_id, username, generation: gen } = facts;
  const [access, refresh] = await Promise.all([
    sign({ token_type: "access", exp: accessExpiry, iat, jti: jti(facts, "access"), user_id, sid, username }),
    sign({ token_type: "refresh", exp: refreshExpiry, iat, jti: jti(facts, "refresh"), user_id, sid, gen }),
  ]);
  return { access, accessExpiry, refresh, refreshExpiry };
}

export function verifyAccessToken(token: string): Promise<Verified<AccessClaims>> {
  return verify(token, accessClaims);
}

export function verifyRefreshToken(token: string): Promise<Verified<RefreshClaims>> {
  return verify(token, refreshClaims);
}

async function verify<Claims>(token: string, schema: z.ZodType<Claims>): Promise<Verified<Claims>> {
  if (!isCompactSerialization(token)) return INVALID;
  const payload = await verifySignature(token);
  if (!payload) return INVALID;
  const claims = schema.safeParse(payload);
  if (claims.success) return { ok: true, claims: claims.data };
  const wrongType = claims.error.issues.some((issue) => issue.path[0] === "token_type");
  return wrongType ? { ok: false, message: "Token has wrong type" } : INVALID;
}

async function verifySignature(token: string): Promise<JWTPayload | null> {
  for (const key of await keys()) {
    try {
      const options = { algorithms: ["HS256"], requiredClaims: ["exp", "iat"], currentDate: now() };
      const result = await jwtVerify(token, key, options);
      return protectedHeader.safeParse(result.protectedHeader).success ? result.payload : null;
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) continue;
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
  return null;
}

// Decoders are lenient: white space, padding and unused bits in the last character would let several strings be one
// token (RFC 7515 §2 allows none of them).
function isCompactSerialization(token: string): boolean {
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return false;
  const signature = token.slice(token.lastIndexOf(".") + 1);
  return Buffer.from(signature, "base64url").toString("base64url") === signature;
}

async function sign(claims: JWTPayload): Promise<string> {
  const [key] = await keys();
  if (!key) throw new Error("AUTH_SECRET holds at least one secret");
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(key);
}

// Unique without being random: the session id already carries 128 random bits.
function jti({ sessionId, generation }: TokenFacts, type: string): string {
  return createHash("sha256").update(`${sessionId}.${generation}.${type}`).digest("base64url").slice(0, 22);
}

let imported: Promise<CryptoKey[]> | undefined;

// Imported once: a raw secret would be imported again at every signature.
function keys(): Promise<CryptoKey[]> {
  const usages: KeyUsage[] = ["sign", "verify"];
  imported ??= Promise.all(
    config().AUTH_SECRET.map((secret) =>
      crypto.subtle.importKey("raw", new TextEncoder().encode(secret), { name: "HMAC", hash: "SHA-256" }, false, usages),
    ),
  );
  return imported;
}
