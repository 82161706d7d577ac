import { expect, test } from "vitest";
import { signUpInput } from "#lib/schemas.ts";
import { newNames } from "./new-name.ts";

const NAMES = {
  "a b!": "a-b",
  "ann@else.example": "ann-else.example",
  "": "user",
  "  ": "user",
  "@@": "user",
  "-ann-": "ann",
  "a\u200bb": "a-b",
  "ﬁlm 🎬 club": "film-club",
  [`${"ä".repeat(300)}`]: "ä".repeat(100),
  [`a${"\u0323\u0308".repeat(80)}`]: expect.any(String),
};

test("a new name is one that a signup accepts, and has the account's id", () => {
  for (const [name, base] of Object.entries(NAMES)) {
    const names = newNames(name, 12);
    for (const each of names) expect(signUpInput.shape.username.parse(each)).toBe(each);
    expect(names[0]).toMatch(/-12$/);
    expect(names[0]?.replace(/-12$/, "")).toEqual(base);
  }
});

test("a new name follows from the old one and the id alone", () => {
  expect(newNames("a b", 7)).toEqual(newNames("a b", 7));
  expect(newNames("a b", 7)[0]).not.toBe(newNames("a b", 8)[0]);
});
