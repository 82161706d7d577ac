/** Until the table of formats is there. */
export function formatOf(encoded: string): string | null {
  return /^(pbkdf2_sha256|pbkdf2_sha1|bcrypt_sha256|bcrypt|argon2|scrypt)\$/.test(encoded) ? (/^[^$]+\$+[^$]+/.exec(encoded)?.[0] ?? null) : null;
}
