import "server-only";

import { createHash, randomBytes } from "node:crypto";

const RECOVERY_CODES = 10;

/** 15 bytes are 120 bits, and 24 characters of Base32 (RFC 4648 §6). */
const BYTES = 15;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** New recovery codes, to be shown once, in groups of six characters. */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => toBase32(randomBytes(BYTES)).replaceAll(/.{6}(?!$)/g, "$&-"));
}

/** What is kept of a recovery code. Case, spaces and dashes do not matter: people copy codes from paper. */
export function recoveryCodeDigest(code: string): string {
  const typed = code.toUpperCase().replaceAll(/[\s-]/g, "");
  return createHash("sha256").update(typed).digest("base64url");
}

function toBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits.replaceAll(/.{5}/g, (five) => ALPHABET[Number.parseInt(five, 2)] ?? "");
}
