import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { makeRecoveryCodes, recoveryCodeDigest } from "./recovery-codes.ts";

test("there are ten recovery codes of 120 bits each: four groups of six characters of Base32", () => {
  const codes = makeRecoveryCodes();
  expect([codes.length, new Set(codes).size]).toEqual([10, 10]);
  for (const code of codes) expect(code).toMatch(/^[A-Z2-7]{6}(-[A-Z2-7]{6}){3}$/);
  expect(24 * Math.log2(32)).toBeGreaterThanOrEqual(112);
});

test("every character of Base32 comes up at every place of a recovery code, about equally often", () => {
  const codes = Array.from({ length: 200 }, makeRecoveryCodes).flat();
  for (const place of Array.from({ length: 27 }, (_, index) => index).filter((index) => index % 7 !== 6)) {
    const counts = new Map<string, number>();
    for (const code of codes) counts.set(code.charAt(place), (counts.get(code.charAt(place)) ?? 0) + 1);
    expect(counts.size).toBe(32);
    // Of 2,000 codes 62 or 63 on average; 8 standard deviations are 62.
    for (const count of counts.values()) expect(count).toBeLessThan(125);
  }
});

test("a recovery code's digest is SHA-256 of its characters: case, spaces and dashes do not matter", () => {
  const code = "ABCDEF-GHIJKL-MNOPQR-STUVWX";
  const digest = createHash("sha256").update("ABCDEFGHIJKLMNOPQRSTUVWX").digest("base64url");
  const typed = [
    code,
    code.toLowerCase(),
    code.replaceAll("-", ""),
    ` ${code.replaceAll("-", " ")}\t`,
    "abc-def ghi\njklMNOPQRSTUVWX",
  ];
  for (const each of typed) expect(recoveryCodeDigest(each), each).toBe(digest);
});

test.each([
  "ABCDEF-GHIJKL-MNOPQR-STUVWY",
  "ABCDEF-GHIJKL-MNOPQR-STUVW",
  "ABCDEF-GHIJKL-MNOPQR-STUVWXX",
  "",
  "ABCDEF.GHIJKL.MNOPQR.STUVWX",
])("%j has another digest than ABCDEF-GHIJKL-MNOPQR-STUVWX", (code) => {
  expect(recoveryCodeDigest(code)).not.toBe(recoveryCodeDigest("ABCDEF-GHIJKL-MNOPQR-STUVWX"));
});
