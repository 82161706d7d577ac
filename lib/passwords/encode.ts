import { hashSync } from "bcryptjs";
import { sha256 } from "#lib/passwords/formats/bcrypt.ts";
import { formatOf } from "./formats.ts";

const BCRYPT_BYTES = 72;

/** The format of new encodings. @param cost bcrypt's */
export function newFormat(cost: number): string {
  return `bcrypt_sha256$${cost}`;
}

/** A new encoding of a password: `bcrypt_sha256$$2b$12$…`. It blocks its thread, so in a server only hash-thread.ts calls it. */
export function encode(password: string, cost: number): string {
  return `bcrypt_sha256$${hashSync(sha256(password), cost)}`;
}

/** Whether an encoding has another format or cost than new ones have. */
export function isOutdated(encoded: string, cost: number): boolean {
  return !encoded.startsWith("bcrypt_sha256$$2b$") || formatOf(encoded) !== newFormat(cost);
}

/** Whether an encoding that this password matches has seen only its beginning: another password may be meant. */
export function isCutBy(encoded: string, password: string): boolean {
  return encoded.startsWith("bcrypt$") && Buffer.byteLength(password) > BCRYPT_BYTES;
}
