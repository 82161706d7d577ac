import "server-only";

import { trimField } from "#lib/settings/field-value.ts";

/** What scripts send that have no token. */
const NO_TOKEN = new Set(["null", "undefined"]);

/**
 * What follows the scheme `Bearer` in an `Authorization` header: one part where it is well-formed. Null without a token
 * and for another scheme, which is not ours to judge. The scheme's case does not matter (RFC 9110 §11.1).
 */
export function bearerParts(header: string | null): string[] | null {
  const [scheme = "", ...parts] = trimField(header ?? "").split(/[ \t]+/);
  if (scheme.toLowerCase() !== "bearer") return null;
  const [first] = parts;
  return first === undefined || (parts.length === 1 && NO_TOKEN.has(first)) ? null : parts;
}
