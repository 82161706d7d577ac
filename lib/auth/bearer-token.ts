import "server-only";

import { trimField } from "#lib/settings/field-value.ts";

/** What client scripts send by mistake if they have no token. */
const NO_TOKEN = new Set(["null", "undefined"]);

/**
 * The parts after the scheme `Bearer` in an `Authorization` header: a well-formed header has one. Null if there is no token, or
 * another scheme. The scheme's case does not matter (RFC 9110 §11.1).
 */
export function bearerParts(header: string | null): string[] | null {
  const [scheme = "", ...parts] = trimField(header ?? "").split(/[ \t]+/);
  if (scheme.toLowerCase() !== "bearer") return null;
  const [first] = parts;
  return first === undefined || (parts.length === 1 && NO_TOKEN.has(first)) ? null : parts;
}
