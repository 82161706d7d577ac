import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { derivedKeys } from "./derived-key.ts";

const FORMAT = "1";
const IV_BYTES = 12;

/** What is kept encrypted. Each kind has a key of its own. */
export type SealedKind = "totp";

/**
 * Encrypts a secret that the database keeps, by AES-256-GCM under a key that is derived from the first `AUTH_SECRET`.
 * @param owner whose it is: for anybody else it does not open
 */
export function seal(kind: SealedKind, owner: number, secret: Uint8Array): string {
  const [key] = keysOf(kind);
  if (!key) throw new Error("there is no AUTH_SECRET");
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(boundTo(owner));
  const encrypted = Buffer.concat([cipher.update(secret), cipher.final()]);
  return [FORMAT, keyId(key), ...[iv, encrypted, cipher.getAuthTag()].map((part) => part.toString("base64url"))].join(".");
}

/** Decrypts what `seal` made. Null if it was made with a secret that `AUTH_SECRET` does not list, for another owner, or altered. */
export function unseal(kind: SealedKind, owner: number, sealed: string): Buffer | null {
  const [format, id, ...parts] = sealed.split(".");
  const [iv, encrypted, tag] = parts.map((part) => Buffer.from(part, "base64url"));
  const key = keysOf(kind).find((each) => keyId(each) === id);
  if (format !== FORMAT || !key || !iv || !encrypted || tag?.length !== 16) return null;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, iv).setAAD(boundTo(owner)).setAuthTag(tag);
    return Buffer.concat([decipher.update(encrypted), decipher.final()]);
  } catch {
    return null;
  }
}

/**
 * The ids of the keys that open what is sealed, in the order of the secrets in `AUTH_SECRET`: the first seals. A sealed value names
 * its key in its second part, between the first two dots.
 */
export function sealingKeyIds(kind: SealedKind): string[] {
  return keysOf(kind).map(keyId);
}

function keysOf(kind: SealedKind): Buffer[] {
  return derivedKeys(`seal/${kind}/1`);
}

// Of the key's hash: it reveals nothing of the key.
function keyId(key: Buffer): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 8);
}

function boundTo(owner: number): Buffer {
  return Buffer.from(String(owner));
}
