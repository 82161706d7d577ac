import { createHash } from "node:crypto";
import { hashSync } from "bcryptjs";
import { expect, test } from "vitest";
import { formatOf, matches, workOf } from "./formats.ts";

// From Django's own tests (tests/auth_tests/test_hashers.py), which have them for all of its versions.
const OF_DJANGO = [
  ["lètmein", "pbkdf2_sha256$24000$seasalt$V9DfCAVoweeLwxC/L2mb+7swhzF0XYdyQMqmusZqiTc=", "pbkdf2_sha256$24000"],
  [
    "lètmein",
    "scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==",
    "scrypt$16384$8$1",
  ],
  [
    "lètmein",
    "scrypt$16384$seasalt$8$5$ECMIUp+LMxMSK8xB/IVyba+KYGTI7FTnet025q/1f/vBAVnnP3hdYqJuRi+mJn6ji6ze3Fbb7JEFPKGpuEf5vw==",
    "scrypt$16384$8$5",
  ],
  // Version 16, which had no name then.
  [
    "secret",
    "argon2$argon2i$m=8,t=1,p=1$c29tZXNhbHQ$gwQOXSNhxiOxPOA0+PY10P9QFO4NAYysnqRt1GSQLE55m+2GYDt9FEjPMHhP2Cuf0nOEXXMocVrsJAtNSsKyfg",
    "argon2$argon2i$m=8,t=1,p=1",
  ],
  ["secret", "argon2$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$YC9+jJCrQhs5R6db7LlN8Q", "argon2$argon2i$v=19$m=8,t=1,p=1"],
] as const;

test.each(OF_DJANGO)("%s is the password of %s, and no other", async (password, encoded, format) => {
  expect(formatOf(encoded)).toBe(format);
  expect(await matches(password, encoded)).toBe(true);
  expect(await matches(`${password}z`, encoded)).toBe(false);
  expect(await matches("", encoded)).toBe(false);
});

test("a hash of bcrypt_sha256 tells long passwords apart to the last byte; one of bcrypt sees 72 bytes, as in Django", async () => {
  const long = `${"x".repeat(71)}😀${"x".repeat(900)}`;
  const digest = createHash("sha256").update(long).digest("hex");
  const [whole, cut] = [`bcrypt_sha256$${hashSync(digest, 4)}`, `bcrypt$${hashSync(long, 4)}`];
  expect([formatOf(whole), formatOf(cut)]).toEqual(["bcrypt_sha256$4", "bcrypt$4"]);
  for (const encoded of [whole, cut]) expect(await matches(long, encoded)).toBe(true);
  const shorter = long.slice(0, -1);
  expect([await matches(shorter, whole), await matches(shorter, cut)]).toEqual([false, true]);
  expect(await matches(`${"x".repeat(71)}é`, cut)).toBe(false);
});

const HASH = {
  pbkdf2: "V9DfCAVoweeLwxC/L2mb+7swhzF0XYdyQMqmusZqiTc=",
  scrypt: "Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==",
  argon2: "YC9+jJCrQhs5R6db7LlN8Q",
  bcrypt: "A".repeat(53),
};

test.each([
  ["nothing", ""],
  ["plain text", "plain"],
  ["an unsalted MD5", "5f4dcc3b5aa765d61d8327deb882cf99"],
  ["another algorithm", "md5$salt$5f4dcc3b5aa765d61d8327deb882cf99"],
  ["a name of every object", "constructor$1$salt$AAAA"],
  ["an algorithm alone", "bcrypt_sha256$"],
  ["a short bcrypt", "bcrypt_sha256$$2b$04$short"],
  ["bcrypt's broken variant", `bcrypt$$2x$04$${HASH.bcrypt}`],
  ["a bcrypt that takes minutes", `bcrypt_sha256$$2b$22$${HASH.bcrypt}`],
  ["no iterations", `pbkdf2_sha256$0$salt$${HASH.pbkdf2}`],
  ["iterations in another form", `pbkdf2_sha256$024000$seasalt$${HASH.pbkdf2}`],
  ["iterations that take five seconds and more", `pbkdf2_sha256$9000000$salt$${HASH.pbkdf2}`],
  ["no salt", `pbkdf2_sha256$24000$$${HASH.pbkdf2}`],
  ["a hash of another length", `pbkdf2_sha1$24000$seasalt$${HASH.pbkdf2}`],
  ["a cut hash", `pbkdf2_sha256$24000$seasalt$${HASH.pbkdf2.slice(0, -8)}`],
  ["a scrypt of 512 MiB", `scrypt$262144$salt$16$1$${HASH.scrypt}`],
  ["a scrypt that takes minutes", `scrypt$16384$salt$8$999$${HASH.scrypt}`],
  ["a scrypt whose N is no power of two", `scrypt$16383$salt$8$1$${HASH.scrypt}`],
  ["a scrypt without blocks", `scrypt$16384$salt$0$1$${HASH.scrypt}`],
  ["an argon2 of 512 MiB", `argon2$argon2id$v=19$m=524288,t=1,p=1$c2FsdHNhbHQ$${HASH.argon2}`],
  ["an argon2 that takes minutes", `argon2$argon2id$v=19$m=102400,t=999,p=1$c2FsdHNhbHQ$${HASH.argon2}`],
  ["an argon2 with more lanes than memory", `argon2$argon2id$v=19$m=8,t=1,p=8$c2FsdHNhbHQ$${HASH.argon2}`],
  ["an argon2 of an unknown version", `argon2$argon2id$v=20$m=8,t=1,p=1$c2FsdHNhbHQ$${HASH.argon2}`],
  ["an argon2 with a salt of three bytes", `argon2$argon2id$v=19$m=8,t=1,p=1$c2Fs$${HASH.argon2}`],
  ["an argon2 with white space", `argon2$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$${HASH.argon2}\n`],
])("%s has no format, and matches no password", async (_what, encoded) => {
  expect(formatOf(encoded)).toBeNull();
  for (const password of ["", "plain", "secret", "lètmein", encoded]) expect(await matches(password, encoded)).toBe(false);
});

test("an unusable password has a format of its own, and matches none", async () => {
  for (const encoded of ["!", "!kNZ3…", `!${OF_DJANGO[0][1]}`]) {
    expect(formatOf(encoded)).toBe("unusable");
    for (const password of ["", "!", encoded, "lètmein"]) expect(await matches(password, encoded)).toBe(false);
  }
  expect(workOf("unusable")).toBeNull();
});
