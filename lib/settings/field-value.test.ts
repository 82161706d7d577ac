import { expect, test } from "vitest";
import { splitField, trimField } from "./field-value.ts";

/** White space to JavaScript's `trim`, besides SP and HTAB. */
const OTHER_SPACES = ["\u00a0", "\ufeff", "\v", "\f", "\n", "\r", "\u2003", "\u2028", "\u3000"];

test("only SP and HTAB are stripped around a part", () => {
  expect(splitField(" a,\tb\t ,, c d ,", ",")).toEqual(["a", "b", "", "c d", ""]);
  for (const space of OTHER_SPACES) {
    expect(space.trim()).toBe("");
    expect(splitField(`a; ${space}b${space} ;c`, ";")).toEqual(["a", `${space}b${space}`, "c"]);
    expect(trimField(`${space} `)).toBe(space);
  }
});

// In quadratic time this would take an hour, and the test would be ended.
test("a value with a million spaces is trimmed in linear time", () => {
  expect(trimField(`a${" ".repeat(1_000_000)}b`)).toHaveLength(1_000_002);
});
