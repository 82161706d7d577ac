import { createHmac } from "node:crypto";

// Tokens that the application would never make, signed well: what it must refuse by looking closer.

type Json = Record<string, unknown>;

const HEADER = { alg: "HS256", typ: "JWT" };

function sign(claims: Json, secret: string, header: Json = HEADER, hash = "sha256"): string {
  const head = `${encode(header)}.${encode(claims)}`;
  return `${head}.${createHmac(hash, secret).update(head).digest("base64url")}`;
}

export function claimsOf(token: string): Json {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}

export function headerOf(token: string): Json {
  return JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString());
}

/** A good token, and everything that can be done to it so that it is none: by name. */
export function mutations(token: string, secret: string): Record<string, string> {
  const claims = claimsOf(token);
  const [header = "", payload = "", signature = ""] = token.split(".");
  const without = (name: string) => Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
  // The last character of 32 bytes in base64url has two bits that mean nothing: setting one must not make a new token.
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const twin = alphabet[alphabet.indexOf(signature.at(-1) ?? "A") + 1];
  return {
    "an expired token": sign({ ...claims, exp: 1_000_000_000 }, secret),
    "a token without exp": sign(without("exp"), secret),
    "a token without iat": sign(without("iat"), secret),
    "a token without a session": sign(without("sid"), secret),
    "a token with exp as a string": sign({ ...claims, exp: String(claims.exp) }, secret),
    "a token without a signature": `${header}.${payload}.`,
    "a token of alg none": `${encode({ alg: "none", typ: "JWT" })}.${payload}.`,
    "a token of alg None with the old signature": `${encode({ alg: "None", typ: "JWT" })}.${payload}.${signature}`,
    "a token of HS512": sign(claims, secret, { alg: "HS512", typ: "JWT" }, "sha512"),
    "a token of HS384": sign(claims, secret, { alg: "HS384", typ: "JWT" }, "sha384"),
    "a token that says RS256": sign(claims, secret, { alg: "RS256", typ: "JWT" }),
    "a token with crit": sign(claims, secret, { ...HEADER, crit: ["exp"] }),
    "a token with jku": sign(claims, secret, { ...HEADER, jku: "https://evil.example/keys" }),
    "a token with jwk": sign(claims, secret, { ...HEADER, jwk: { kty: "oct", k: "AAAA" } }),
    "a token with x5u": sign(claims, secret, { ...HEADER, x5u: "https://evil.example/cert" }),
    "a token with kid": sign(claims, secret, { ...HEADER, kid: "../../dev/null" }),
    "a token of another secret": sign(claims, "another-secret-of-at-least-32-bytes"),
    "a token with another signature": `${header}.${payload}.${"A".repeat(43)}`,
    "a token whose signature differs in unused bits": `${header}.${payload}.${signature.slice(0, -1)}${twin}`,
    "a token with padding": `${token}=`,
    "a token with a space": `${header}.${payload} .${signature}`,
    "a token with changed claims": `${header}.${encode({ ...claims, user_id: 1 })}.${signature}`,
    "a token of four parts": `${token}.${signature}`,
    "a token of two parts": `${header}.${payload}`,
    "a token whose claims are a list": sign([] as unknown as Json, secret),
    "a token whose claims are not JSON": `${header}.${Buffer.from("nope").toString("base64url")}.${signature}`,
    garbage: "garbage",
    "a percent sign": "%",
    dots: "..",
    "ten thousand characters": "a".repeat(10_000),
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
