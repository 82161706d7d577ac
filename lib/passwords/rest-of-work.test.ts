import { expect, test } from "vitest";
import { restOfWork } from "./rest-of-work.ts";

const FORMATS = [
  "bcrypt_sha256$12",
  "bcrypt$10",
  "pbkdf2_sha256$150000",
  "pbkdf2_sha256$260000",
  "pbkdf2_sha1$260000",
  "scrypt$16384$8$1",
  "scrypt$16384$8$5",
  "argon2$argon2id$v=19$m=102400,t=2,p=8",
  "argon2$argon2i$v=19$m=512,t=2,p=2",
  "unusable",
];
const WHOLE = {
  bcrypt: 4_096,
  pbkdf2_sha256: 260_000,
  pbkdf2_sha1: 260_000,
  scrypt$16384$8: 5,
  "argon2id$v=19$m=102400,t=2,p=8": 1,
  "argon2i$v=19$m=512,t=2,p=2": 1,
};

test("with what a comparison did, the rest is the same work for each format, and for none", () => {
  expect(amounts(FORMATS, 1, [])).toEqual(WHOLE);
  expect(amounts(FORMATS, 1, ["unusable"])).toEqual(WHOLE);
  expect(amounts(FORMATS, 1, ["pbkdf2_sha256$150000"])).toEqual({ ...WHOLE, pbkdf2_sha256: 110_000 });
  expect(amounts(FORMATS, 1, ["bcrypt$10"])).toEqual({ ...WHOLE, bcrypt: 3_072 });
  const { bcrypt: _bcrypt, ...others } = WHOLE;
  expect(amounts(FORMATS, 1, ["bcrypt_sha256$12"])).toEqual(others);
});

test("where two forms of the password could be tried, the work is twice as much, however many were", () => {
  const twice = Object.fromEntries(Object.entries(WHOLE).map(([kind, amount]) => [kind, amount * 2]));
  expect(amounts(FORMATS, 2, [])).toEqual(twice);
  expect(amounts(FORMATS, 2, ["scrypt$16384$8$1"])).toEqual({ ...twice, scrypt$16384$8: 9 });
  expect(amounts(FORMATS, 2, ["scrypt$16384$8$1", "scrypt$16384$8$1"])).toEqual({ ...twice, scrypt$16384$8: 8 });
});

test("where nothing was imported, a comparison with a current hash leaves nothing to do", () => {
  expect(amounts(["bcrypt_sha256$12"], 1, ["bcrypt_sha256$12"])).toEqual({});
});

function amounts(formats: string[], times: number, done: string[]): Record<string, number> {
  return Object.fromEntries(restOfWork(formats, times, done).map(({ kind, amount }) => [kind, amount]));
}
