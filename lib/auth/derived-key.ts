import "server-only";

import { hkdfSync } from "node:crypto";
import { config } from "#lib/config.ts";

const BYTES = 32;

// By the list of secrets they come from: settings that are read anew have keys of their own.
const derived = new WeakMap<string[], Map<string, Buffer[]>>();

/**
 * The keys for one purpose, 256 bits each, derived from `AUTH_SECRET` by HKDF-SHA256 (RFC 5869, without a salt). As with
 * tokens, the first signs or encrypts, and all of them verify or decrypt, so that a secret can be replaced by steps. What
 * was made for one purpose is worth nothing for another, and no key tells anything of the secret.
 * @param purpose such as "totp/1". To rename it is to lose its keys
 * @public for what comes next: signed links, encrypted columns
 */
export function derivedKeys(purpose: string): Buffer[] {
  const secrets = config().AUTH_SECRET;
  const known = derived.get(secrets) ?? new Map<string, Buffer[]>();
  derived.set(secrets, known);
  const keys = known.get(purpose) ?? secrets.map((secret) => derive(secret, purpose));
  known.set(purpose, keys);
  return keys;
}

function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `movieconnect/${purpose}`, BYTES));
}
