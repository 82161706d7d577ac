import { expect, test } from "vitest";
import { encode, isCutBy, isOutdated, newFormat } from "./encode.ts";
import { formatOf, matches } from "./formats.ts";

test("a new encoding matches its password alone, to the last byte", async () => {
  const long = "x".repeat(1_000);
  const encoded = encode(long, 4);
  expect(encoded).toMatch(/^bcrypt_sha256\$\$2b\$04\$[./\w]{53}$/);
  expect(formatOf(encoded)).toBe(newFormat(4));
  expect(await matches(long, encoded)).toBe(true);
  expect(await matches(`${long.slice(0, -1)}y`, encoded)).toBe(false);
  expect(await matches(long.slice(0, 72), encoded)).toBe(false);
});

test("an encoding of another cost, format or variant of bcrypt is outdated", () => {
  const encoded = encode("x", 4);
  expect(isOutdated(encoded, 4)).toBe(false);
  expect(isOutdated(encoded, 5)).toBe(true);
  expect(isOutdated(encoded.replace("$2b$", "$2y$"), 4)).toBe(true);
  expect(isOutdated("pbkdf2_sha256$24000$seasalt$V9DfCAVoweeLwxC/L2mb+7swhzF0XYdyQMqmusZqiTc=", 4)).toBe(true);
});

test("a hash of bcrypt alone has not seen a password's bytes beyond the 72nd", () => {
  expect(isCutBy("bcrypt$$2b$04$x", "é".repeat(36))).toBe(false);
  expect(isCutBy("bcrypt$$2b$04$x", `${"é".repeat(36)}x`)).toBe(true);
  expect(isCutBy(encode("x", 4), "x".repeat(100))).toBe(false);
});
