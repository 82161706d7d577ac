import { createHmac, timingSafeEqual } from "node:crypto";
import { config } from "#lib/config.ts";
import { acceptsSimplejwt } from "./accepts-simplejwt.ts";

// The only accepted header, compared as a string: no other algorithm, and none of `crit`, `jku`, `jwk` and `x5u`, is ever
// read (RFC 8725 §3.1, §3.10). PyJWT, which signs simplejwt's tokens, wrote it in this order and in the other.
const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString("base64url");
const PYJWT_HEADERS = [HEADER, Buffer.from('{"typ":"JWT","alg":"HS256"}').toString("base64url")];

type Keys = (string | Buffer)[];

/**
 * Claims as a compact JWS (RFC 7515 §7.1).
 * @param keys the first signs; by default the secrets, which sign the tokens of sessions
 */
export function signClaims(claims: Record<string, string | number | null>, keys: Keys = config().AUTH_SECRET): string {
  const [secret = ""] = keys;
  const signed = `${HEADER}.${encode(claims)}`;
  return `${signed}.${signatureOf(signed, secret)}`;
}

/** The claims of a token that one of these keys signed, not yet validated. Null for any other token. */
export function readClaims(token: string, keys: Keys = config().AUTH_SECRET): unknown {
  const signed = signedPayload(token, keys, [HEADER]);
  return signed && parse(signed.payload, [encode]);
}

/**
 * As `readClaims`, for a token that PyJWT may have written.
 * @returns also which of the secrets signed it, by its place in `AUTH_SECRET`
 */
export function readPyjwtClaims(token: string): { claims: unknown; secret: number } | null {
  const signed = signedPayload(token, config().AUTH_SECRET, PYJWT_HEADERS);
  return signed && { claims: parse(signed.payload, [encodeAsPython, encode]), secret: signed.key };
}

/** Whether one of our secrets signed the token. Its claims and its age do not matter. */
export function isSignedHere(token: string): boolean {
  return signedPayload(token, config().AUTH_SECRET, acceptsSimplejwt() ? PYJWT_HEADERS : [HEADER]) !== null;
}

/** Whether the text has the form of a signed token. The signature is not checked. */
export function isWellFormed(token: string): boolean {
  return /^[\w-]+\.[\w-]*\.[\w-]*$/.test(token);
}

// Signatures are compared as strings. White space, padding, and stray bits in the last character, which a decoder would
// ignore, make another string and so an invalid token (RFC 7515 §2, RFC 4648 §3.5).
function signedPayload(token: string, keys: Keys, headers: string[]): { payload: string; key: number } | null {
  const [header, payload, signature, ...more] = token.split(".");
  if (!header || !headers.includes(header) || !payload || !signature || more.length > 0) return null;
  const key = keys.findIndex((secret) => isSame(signature, signatureOf(`${header}.${payload}`, secret)));
  return key < 0 ? null : { payload, key };
}

// Accepts only the text that its signer would write: parsers disagree about repeated claims and about bytes that are not UTF-8.
function parse(payload: string, encodings: ((claims: unknown) => string)[]): unknown {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
    return encodings.some((encoded) => encoded(claims) === payload) ? claims : null;
  } catch {
    // Not JSON, or nested too deeply to be written again.
    return null;
  }
}

function encode(claims: unknown): string {
  return Buffer.from(JSON.stringify(claims)).toString("base64url");
}

// Python's json.dumps writes ASCII.
function encodeAsPython(claims: unknown): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return Buffer.from(JSON.stringify(claims).replace(/[\u007f-\uffff]/g, escaped)).toString("base64url");
}

// HS256 (RFC 7518 §3.2)
function signatureOf(signed: string, secret: string | Buffer): string {
  return createHmac("sha256", secret).update(signed).digest("base64url");
}

function isSame(presented: string, expected: string): boolean {
  const [a, b] = [Buffer.from(presented), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
