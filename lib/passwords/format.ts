import { createHash, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";
import { compareSync, hashSync } from "bcryptjs";

// Django's encodings of passwords (django.contrib.auth.hashers): `algorithm$…`. These functions block, so in a server only
// hash-thread.ts calls those that hash.

const BCRYPT = "bcrypt_sha256$$2b$";
const HASH_BYTES = 32;

/** `bcrypt_sha256$$2b$12$…`: bcrypt over the hex SHA-256, so that nothing is cut off at bcrypt's 72 bytes. */
export function encode(password: string, cost: number): string {
  return `bcrypt_sha256$${hashSync(digest(password), cost)}`;
}

/** Whether this is the encoded password. False for an unknown encoding. */
export function matches(password: string, encoded: string): boolean {
  const [algorithm, ...rest] = encoded.split("$");
  if (algorithm === "bcrypt_sha256") return compareSync(digest(password), rest.join("$"));
  if (algorithm === "pbkdf2_sha256") return matchesPbkdf2(password, rest);
  return false;
}

/** An encoding that no password matches, and that takes as long to compare as a real one. */
export function dummyEncoding(cost: number): string {
  return `${BCRYPT}${String(cost).padStart(2, "0")}$${randomBytes(40).toString("hex").slice(0, 22)}${"A".repeat(31)}`;
}

/** Whether an encoding has another format or cost than new ones have. */
export function isOutdated(encoded: string, cost: number): boolean {
  return !encoded.startsWith(`${BCRYPT}${String(cost).padStart(2, "0")}$`);
}

function digest(password: string): string {
  return createHash("sha256").update(password, "utf8").digest("hex");
}

function matchesPbkdf2(password: string, [iterations, salt, expected]: string[]): boolean {
  if (!iterations || salt === undefined || !expected || !/^[1-9]\d{0,7}$/.test(iterations)) return false;
  const actual = pbkdf2Sync(password, salt, Number(iterations), HASH_BYTES, "sha256");
  const wanted = Buffer.from(expected, "base64");
  return wanted.length === actual.length && timingSafeEqual(wanted, actual);
}
