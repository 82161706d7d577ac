import { expect, test } from "vitest";
import { dummyEncoding, encode, isOutdated, matches } from "./format.ts";

test("Django's hashes match their passwords", () => {
  // make_password("lètmein", "seasalt", "pbkdf2_sha256") of Django's own test suite, at 24,000 iterations (1.7)
  const pbkdf2 = "pbkdf2_sha256$24000$seasalt$V9DfCAVoweeLwxC/L2mb+7swhzF0XYdyQMqmusZqiTc=";
  expect(matches("lètmein", pbkdf2)).toBe(true);
  expect(matches("lètmeinz", pbkdf2)).toBe(false);
});

test("an encoding matches its password alone, to the last byte", () => {
  const long = "x".repeat(1_000);
  const encoded = encode(long, 4);
  expect(encoded).toMatch(/^bcrypt_sha256\$\$2b\$04\$[./\w]{53}$/);
  expect(matches(long, encoded)).toBe(true);
  expect(matches(`${long.slice(0, -1)}y`, encoded)).toBe(false);
  expect(matches(long.slice(0, 72), encoded)).toBe(false);
});

test("an unknown encoding matches no password", () => {
  const unknown = [
    "",
    "!",
    "plain",
    "md5$a$b",
    "bcrypt_sha256$",
    "bcrypt_sha256$$2b$04$short",
    "pbkdf2_sha256$0$salt$AAAA",
    "pbkdf2_sha256$x$y",
  ];
  for (const encoded of unknown) {
    expect(matches("plain", encoded)).toBe(false);
    expect(matches("", encoded)).toBe(false);
  }
});

test("the dummy encoding has a real one's format and cost, and matches no password", () => {
  const dummy = dummyEncoding(4);
  expect(dummy.length).toBe(encode("x", 4).length);
  expect(dummy.slice(0, 21)).toBe(encode("x", 4).slice(0, 21));
  for (const password of ["", "x", dummy]) expect(matches(password, dummy)).toBe(false);
});

test("an encoding of another cost or format is outdated", () => {
  expect(isOutdated(encode("x", 4), 4)).toBe(false);
  expect(isOutdated(encode("x", 4), 5)).toBe(true);
  expect(isOutdated("pbkdf2_sha256$24000$seasalt$AAAA", 4)).toBe(true);
});
