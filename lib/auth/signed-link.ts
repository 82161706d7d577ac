import { createHmac } from "node:crypto";
import { z } from "zod";
import { AppError } from "#lib/errors.ts";
import { now } from "./clock.ts";
import { derivedKeys } from "./derived-key.ts";
import { readClaims, signClaims } from "./signed-token.ts";

/** The kinds of links. Each has a key of its own, so that no link passes for another, or for a session's token. */
export type LinkKind = "recovery" | "confirm-email" | "undo-email-change";
type Claims = Record<string, string | number | null>;

// Signed claims are input like any other.
const times = z.object({ iat: z.number().min(0), exp: z.number().min(0) });

/**
 * Signs the token of a link. It is stored nowhere.
 * @param seconds how long it is good, from now by the database's clock
 */
export function signLink(kind: LinkKind, claims: Claims, seconds: number): string {
  const iat = now().getTime() / 1_000;
  return signClaims({ ...claims, iat, exp: iat + seconds }, keysOf(kind));
}

/** The claims of a link's token, with the second at which it was signed. Null if it is not ours, malformed or expired. */
export function readLink<Schema extends z.ZodObject>(
  kind: LinkKind,
  schema: Schema,
  token: string,
): (z.output<Schema> & { iat: number }) | null {
  const said = readClaims(token, keysOf(kind));
  const [claims, time] = [schema.safeParse(said), times.safeParse(said)];
  if (!claims.success || !time.success || time.data.exp <= now().getTime() / 1_000) return null;
  return { ...claims.data, iat: time.data.iat };
}

/**
 * A digest of the state that a link is bound to: once the state changes, the link is void. It reveals nothing of the state.
 * @returns one digest for each secret in rotation: the first is for a new link, and any of them is good in an old one
 */
export function stateDigests(kind: LinkKind, ...state: (string | number | null)[]): [string, ...string[]] {
  const text = JSON.stringify(state);
  const digests = keysOf(kind).map((key) => createHmac("sha256", key).update(`state ${text}`).digest("base64url"));
  return digests as [string, ...string[]];
}

/** The refusal of a link's token. It does not say what is wrong with it. */
export function badLink(): AppError {
  return new AppError("invalid_input", { fields: { token: [{ code: "bad_link" }] } });
}

function keysOf(kind: LinkKind): Buffer[] {
  return derivedKeys(`link/${kind}/1`);
}
