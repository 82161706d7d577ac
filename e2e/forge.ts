import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import type { ValueKind } from "#lib/auth/signed-value.ts";

// Tokens with a good signature that the application would never make, and must refuse for what they say.

type Json = Record<string, unknown>;

const HEADER = { alg: "HS256", typ: "JWT" };

export function sign(claims: Json, secret: string | Buffer, header: Json = HEADER, hash = "sha256"): string {
  return signBytes(JSON.stringify(claims), secret, header, hash);
}

function signBytes(payload: string | Buffer, secret: string | Buffer, header: Json = HEADER, hash = "sha256"): string {
  const head = `${encode(header)}.${Buffer.from(payload).toString("base64url")}`;
  return `${head}.${createHmac(hash, secret).update(head).digest("base64url")}`;
}

export function claimsOf(token: string): Json {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}

export function headerOf(token: string): Json {
  return JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString());
}

/** The key that signs links of this kind, for links that the application would never make. */
export function linkKey(secret: string, kind: ValueKind): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `movieconnect/link/${kind}/1`, 32));
}

/** The cookie of a newcomer whom GitHub has identified, as another newcomer each time. */
export function pendingSignup(secret: string, said: { email: string | null; exp?: number }): string {
  const iat = Math.floor(Date.now() / 1_000);
  const id = randomBytes(16).toString("base64url");
  const identity = { provider: "github", type: "oauth", account: `https://github.com/login/oauth#${id}`, name: "Ann" };
  return sign({ jti: id, ...identity, iat, exp: iat + 900, ...said }, linkKey(secret, "pending-signup"));
}

/** All the ways to make a good token invalid, by name. */
export function mutations(token: string, secret: string | Buffer): Record<string, string> {
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

/** A good token's claims, each spoiled in its own way, with a good signature: by name. A refresh token also has `gen`. */
export function wellSigned(token: string, secret: string): Record<string, string> {
  const claims = claimsOf(token);
  const text = JSON.stringify(claims);
  const changed = (name: string, values: unknown[]) =>
    values.map((value, index) => [`a token whose ${name} is strange, ${index}`, sign({ ...claims, [name]: value }, secret)]);
  const payloads: [string, string | Buffer][] = [
    ["no JSON", "secret-marker-7f3a"],
    ["half of JSON", text.slice(0, -5)],
    ["two JSON values", `${text}${text}`],
    ["an empty object", "{}"],
    ["null", "null"],
    ["a number", "1"],
    ["a string", JSON.stringify(text)],
    ["a list of claims", `[${text}]`],
    ["invalid UTF-8", Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(',"x":"\xff\xfe"}', "latin1")])],
    ["with a byte order mark", `\ufeff${text}`],
    ["with white space", `${text} `],
    ["with a claim that is there twice", text.replace("{", `{"sid":"${"A".repeat(22)}",`)],
    ["nested deeply", text.replace(/"jti":"[^"]*"/, `"jti":${"[".repeat(2_000)}${"]".repeat(2_000)}`)],
  ];
  const sid = String(claims.sid);
  return Object.fromEntries([
    ...payloads.map(([name, payload]) => [`a token that is ${name}`, signBytes(payload, secret)]),
    ...changed("sid", [
      "",
      "\0",
      `${sid.slice(0, 21)}\0`,
      `${sid}\0`,
      `${sid.slice(0, 21)}\ud800`,
      `${sid.slice(0, 21)}é`,
      `${sid}\n`,
      ` ${sid}`,
      "secret-marker-7f3a",
      "a".repeat(5_000),
      1,
      null,
      [sid],
      { sid },
    ]),
    ...changed("user_id", [-1, 0, 1.5, 2 ** 53, 1e300, "1", null, [1], "secret-marker-7f3a"]),
    ...changed("exp", [-1, 0, 1.5, 1e300, 2 ** 53, "9999999999", null, [9_999_999_999]]),
    ...changed("iat", [-1, 0, 1.5, 1e300, 2 ** 53, 9_999_999_999, "1", null]),
    ...changed("jti", ["", "\0", "x".repeat(5_000), 1, null]),
    ...changed("token_type", ["", "\0", "ACCESS", "id", 1, null, ["access"], ["refresh"]]),
    ...("gen" in claims ? changed("gen", [-1, 0.5, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e300, "0", null, [0]]) : []),
    ...("username" in claims ? changed("username", ["", "\0", "\ud800", "x".repeat(5_000), 1, null, ["x"], { x: 1 }]) : []),
  ]);
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
