import { expect, test } from "vitest";
import { usernameKey } from "./username-key.ts";

const LETTERS = /^[\p{L}\p{M}\p{Nd}]$/u;

function* allowedPoints(): Generator<string> {
  for (let point = 0; point <= 0x10ffff; point += 1) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const character = String.fromCodePoint(point);
    if (LETTERS.test(character)) yield character;
  }
}

test("every letter, mark and digit of Unicode has one key in all its cases", () => {
  const apart: string[] = [];
  for (const character of allowedPoints()) {
    const key = usernameKey(character);
    // The dotted capital I becomes two code points in lower case, and one in Turkish: its key is the same in both cases.
    if (usernameKey(character.toUpperCase()) !== key || usernameKey(character.toLowerCase()) !== key) apart.push(character);
  }
  expect(apart).toEqual([]);
});

test("the key of a key is the key itself", () => {
  const unstable: string[] = [];
  for (const character of allowedPoints()) {
    const key = usernameKey(character);
    if (usernameKey(key) !== key) unstable.push(character);
  }
  expect(unstable).toEqual([]);
});

test("composed, decomposed and compatibility forms have one key", () => {
  for (const name of ["Zoë", "Ångström", "ﬁlm", "Ｗｉｄｅ", "한글", "Ω", "ῼ", "ǅ"]) {
    for (const form of ["NFC", "NFD", "NFKC", "NFKD"]) expect(usernameKey(name.normalize(form)), name).toBe(usernameKey(name));
  }
});

test("names that differ by more than case have different keys", () => {
  expect(new Set(["ann", "anna", "änn", "a.nn", "a-nn", "an n"].map(usernameKey)).size).toBe(6);
});
