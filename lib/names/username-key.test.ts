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
    // Dotted capital I lower-cases to two code points by itself and to one in Turkish: either way it meets its own upper case.
    if (usernameKey(character.toUpperCase()) !== key || usernameKey(character.toLowerCase()) !== key) apart.push(character);
  }
  expect(apart).toEqual([]);
});

test("a key is its own key, so that folding twice makes no third name", () => {
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

test("what differs by more than case stays apart", () => {
  expect(new Set(["ann", "anna", "änn", "a.nn", "a-nn", "an n"].map(usernameKey)).size).toBe(6);
});
