import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

// ID tokens that no provider would issue.

export type SigningKey = { kid: string; privateKey: CryptoKey; privateJwk: JWK; publicJwk: JWK };
type Claims = Record<string, unknown>;
/** Makes another ID token of the provider's. */
export type Forge = (idToken: string) => string | undefined | Promise<string>;

/** An RS256 key, which is what providers sign with where nothing else was agreed. @param kid its name in the set of keys */
export async function newSigningKey(kid = "first"): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const names = { kid, alg: "RS256", use: "sig" };
  const privateJwk = { ...(await exportJWK(privateKey)), ...names };
  return { kid, privateKey, privateJwk, publicJwk: { ...(await exportJWK(publicKey)), ...names } };
}

/** The same claims but for these, well signed with a key. A claim that is undefined is left out. */
export function signedBy({ kid, privateKey }: SigningKey, changes: Claims = {}): Forge {
  return (idToken) =>
    new SignJWT({ ...claimsOf(idToken), ...changes }).setProtectedHeader({ alg: "RS256", kid }).sign(privateKey);
}

/** The same claims, with a signature that needs no private key: an HMAC with a secret that others may know. */
export function signedByHmac(secret: string): Forge {
  return (idToken) => new SignJWT(claimsOf(idToken)).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(secret));
}

/** Other claims under the header and signature of the original. */
export function edited(changes: Claims): Forge {
  return (idToken) => {
    const [header, , signature] = idToken.split(".");
    return `${header}.${encode({ ...claimsOf(idToken), ...changes })}.${signature}`;
  };
}

/** An unsecured token: `alg` is "none", and there is no signature (RFC 7519 §6). */
export function unsigned(changes: Claims): Forge {
  return (idToken) => `${encode({ alg: "none" })}.${encode({ ...claimsOf(idToken), ...changes })}.`;
}

function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
