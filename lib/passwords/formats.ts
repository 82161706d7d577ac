import { argon2 } from "#lib/passwords/formats/argon2.ts";
import { bcryptSha256, plainBcrypt } from "#lib/passwords/formats/bcrypt.ts";
import type { Format, Work } from "#lib/passwords/formats/format.ts";
import { pbkdf2 } from "#lib/passwords/formats/pbkdf2.ts";
import { scrypt } from "#lib/passwords/formats/scrypt.ts";

// Django's encodings of passwords (django.contrib.auth.hashers): `algorithm$…`. An encoding's format is its algorithm with the
// costs: `pbkdf2_sha256$260000`.

const FORMATS = new Map<string, Format>([
  ["pbkdf2_sha256", pbkdf2("sha256", 32)],
  ["pbkdf2_sha1", pbkdf2("sha1", 20)],
  ["argon2", argon2],
  ["scrypt", scrypt],
  ["bcrypt_sha256", bcryptSha256],
  ["bcrypt", plainBcrypt],
]);

/**
 * The format of an encoding, `unusable` for `!…`, which no password matches. Null for an unknown or malformed encoding, and for
 * one that would cost more time or memory than a login may take: no password matches those either.
 */
export function formatOf(encoded: string): string | null {
  if (encoded.startsWith("!")) return "unusable";
  const [algorithm, rest] = split(encoded);
  const costs = FORMATS.get(algorithm)?.costsOf(rest) ?? null;
  return costs === null ? null : `${algorithm}$${costs}`;
}

/** Whether this is the encoded password. It blocks its thread, so in a server only hash-thread.ts calls it. */
export async function matches(password: string, encoded: string): Promise<boolean> {
  const [algorithm, rest] = split(encoded);
  const format = FORMATS.get(algorithm);
  return format !== undefined && format.costsOf(rest) !== null && format.matches(password, rest);
}

/** The work of a comparison with a format that `formatOf` returned. Null where there is none. */
export function workOf(format: string): Work | null {
  const [algorithm, costs] = split(format);
  return FORMATS.get(algorithm)?.workOf(costs) ?? null;
}

function split(text: string): [algorithm: string, rest: string] {
  const end = text.indexOf("$");
  return end < 0 ? [text, ""] : [text.slice(0, end), text.slice(end + 1)];
}
