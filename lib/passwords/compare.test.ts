import { hashSync } from "bcryptjs";
import { expect, test } from "vitest";
import { type Comparison, compare } from "./compare.ts";
import { encode } from "./encode.ts";

const PBKDF2 = "pbkdf2_sha256$24000$seasalt$V9DfCAVoweeLwxC/L2mb+7swhzF0XYdyQMqmusZqiTc=";
const WRONG = { isRight: false, encoded: null };
const UNCHANGED = { isRight: true, encoded: null };

test("a password with white space around it is right for Django's hash of the bare one, and for no hash of ours", async () => {
  const around = " lètmein\u0085";
  expect(await compare(around, fromDjango(PBKDF2), 4)).toEqual(UNCHANGED);
  expect(await compare(around, { ...fromDjango(PBKDF2), isFromDjango: false }, 4)).toEqual(WRONG);
  expect(await compare("lètmein\ufeff", fromDjango(PBKDF2), 4)).toEqual(WRONG);
});

test("white space alone is not the password of an account whose password is empty", async () => {
  const empty = fromDjango(encode("", 4));
  expect([await compare("", empty, 4), await compare("  ", empty, 4)]).toEqual([UNCHANGED, WRONG]);
});

test("a right password gets a new encoding where the old one is outdated and has seen all of it", async () => {
  const long = "x".repeat(73);
  const bcrypt = `bcrypt$${hashSync(long, 4)}`;
  expect((await compare("lètmein", fromDjango(PBKDF2), 4)).encoded).toMatch(/^bcrypt_sha256\$\$2b\$04\$/);
  expect(await compare("lètmein", { ...fromDjango(PBKDF2), renews: false }, 4)).toEqual(UNCHANGED);
  expect(await compare("lètmein ", fromDjango(PBKDF2), 4)).toEqual(UNCHANGED);
  expect(await compare(`${long}!`, fromDjango(bcrypt), 4)).toEqual(UNCHANGED);
  expect(await compare(long, fromDjango(encode(long, 4)), 4)).toEqual(UNCHANGED);
});

test("nothing is right where there is no hash, or an unusable one", async () => {
  for (const encoded of [null, "!x", "", "plain"]) expect(await compare("lètmein", fromDjango(encoded), 4)).toEqual(WRONG);
});

function fromDjango(encoded: string | null): Comparison {
  return { encoded, isFromDjango: true, importedFormats: ["pbkdf2_sha256$24000", "unusable"], renews: true };
}
