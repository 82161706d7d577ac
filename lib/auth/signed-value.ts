import { createHmac } from "node:crypto";
import { z } from "zod";
import { AppError } from "#lib/errors.ts";
import { now } from "./clock.ts";
import { derivedKeys } from "./derived-key.ts";
import { readClaims, signClaims } from "./signed-token.ts";

/**
 * What is signed, in the link of a mail or in a cookie. Each kind has a key of its own, so that no value passes for one of another
 * kind, or for a session's token.
 */
export type ValueKind =
  | "recovery"
  | "confirm-email"
  | "undo-email-change"
  | "provider-flow"
  | "pending-signup"
  | "second-factor"
  | PasskeyChallengeKind;
export type PasskeyChallengeKind = "passkey-login" | "passkey-registration";
type Claims = Record<string, string | number | null>;

// Signed claims are input like any other.
const times = z.object({ iat: z.number().min(0), exp: z.number().min(0) });

/**
 * Signs a value. It is stored nowhere.
 * @param seconds how long it is good, from now by the database's clock
 */
export function signValue(kind: ValueKind, claims: Claims, seconds: number): string {
  const iat = now().getTime() / 1_000;
  return signClaims({ ...claims, iat, exp: iat + seconds }, keysOf(kind));
}

/**
 * The claims of a signed value, with the seconds at which it was signed and expires. Null if it is not of this kind, malformed or
 * expired.
 */
export function readValue<Schema extends z.ZodObject>(
  kind: ValueKind,
  schema: Schema,
  token: string,
): (z.output<Schema> & { iat: number; exp: number }) | null {
  const said = readClaims(token, keysOf(kind));
  const [claims, time] = [schema.safeParse(said), times.safeParse(said)];
  if (!claims.success || !time.success || time.data.exp <= now().getTime() / 1_000) return null;
  return { ...claims.data, ...time.data };
}

/**
 * A digest of the state that a value is bound to: once the state changes, the value is void. It reveals nothing of the state.
 * @returns one digest for each secret in rotation: the first is for a new value, and any of them is good in an old one
 */
export function stateDigests(kind: ValueKind, ...state: (string | number | null)[]): [string, ...string[]] {
  const text = JSON.stringify(state);
  const digests = keysOf(kind).map((key) => createHmac("sha256", key).update(`state ${text}`).digest("base64url"));
  return digests as [string, ...string[]];
}

/** The refusal of a link's token. It does not say what is wrong with it. */
export function badLink(): AppError {
  return new AppError("invalid_input", { fields: { token: [{ code: "bad_link" }] } });
}

function keysOf(kind: ValueKind): Buffer[] {
  // The first kinds were links: the name of a key is never changed.
  return derivedKeys(`link/${kind}/1`);
}
