import { hkdfSync } from "node:crypto";
import { config } from "#lib/config.ts";

const BYTES = 32;

// Kept per list of secrets: if the settings are read again, the keys are derived again.
const derived = new WeakMap<string[], Map<string, Buffer[]>>();

/**
 * The keys for one purpose, 256 bits each, derived from `AUTH_SECRET` by HKDF-SHA256 (RFC 5869, without a salt). As with
 * tokens, the first key signs or encrypts and all of them verify or decrypt, so that a secret can be replaced in steps. A key
 * of one purpose is useless for any other, and reveals nothing about the secret.
 * @param purpose such as "totp/1". Renaming a purpose loses its keys
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
