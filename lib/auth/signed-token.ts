import "server-only";

import { createHmac, timingSafeEqual } from "node:crypto";
import { config } from "#lib/config.ts";

// The one header there is. Compared as it stands, so that no other algorithm, and none of `crit`, `jku`, `jwk` and `x5u`,
// is ever looked at (RFC 8725 §3.1, §3.10).
const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString("base64url");

/** Claims as a compact JWS (RFC 7515 §7.1), signed with the first secret. */
export function signClaims(claims: Record<string, string | number>): string {
  const [secret = ""] = config().AUTH_SECRET;
  const signed = `${HEADER}.${encode(claims)}`;
  return `${signed}.${signatureOf(signed, secret)}`;
}

/** What a token says that one of the secrets signed, whatever that is; null for any other. */
export function readClaims(token: string): unknown {
  const payload = signedPayload(token);
  return payload === null ? null : parse(payload);
}

/** Whether one of our secrets signed it, whatever it says and however old it is. */
export function isSignedHere(token: string): boolean {
  return signedPayload(token) !== null;
}

/** Whether it is written as a signed token is, whoever may have signed it. */
export function isWellFormed(token: string): boolean {
  return /^[\w-]+\.[\w-]*\.[\w-]*$/.test(token);
}

// Signatures are compared as they are written: what a decoder would let pass, white space, padding or stray bits in the
// last character, makes another string and so no token (RFC 7515 §2, RFC 4648 §3.5).
function signedPayload(token: string): string | null {
  const [header, payload, signature, ...more] = token.split(".");
  if (header !== HEADER || !payload || !signature || more.length > 0) return null;
  const isOurs = config().AUTH_SECRET.some((secret) => isSame(signature, signatureOf(`${header}.${payload}`, secret)));
  return isOurs ? payload : null;
}

// Only as `signClaims` would write it: of a claim that is there twice, or of bytes that are no UTF-8, readers differ.
function parse(payload: string): unknown {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
    return encode(claims) === payload ? claims : null;
  } catch {
    // No JSON, or nested deeper than it can be written again.
    return null;
  }
}

function encode(claims: unknown): string {
  return Buffer.from(JSON.stringify(claims)).toString("base64url");
}

// HS256 (RFC 7518 §3.2)
function signatureOf(signed: string, secret: string): string {
  return createHmac("sha256", secret).update(signed).digest("base64url");
}

function isSame(presented: string, expected: string): boolean {
  const [a, b] = [Buffer.from(presented), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
