import { expect, test } from "vitest";
import { bearerParts } from "./bearer-token.ts";

test.each([
  ["Bearer a.b.c", ["a.b.c"]],
  ["bEARER \t a.b.c \t", ["a.b.c"]],
  ["Bearer a b", ["a", "b"]],
  ["Bearer a null", ["a", "null"]],
])("%j has the parts %j", (header, parts) => {
  expect(bearerParts(header)).toEqual(parts);
});

test.each([null, "", " ", "Bearer", "Bearer ", "Bearer null", "bearer undefined", "Basic YTpi", "Basic a b c", "Bearera.b.c"])(
  "%j has no token",
  (header) => expect(bearerParts(header)).toBeNull(),
);

test.each(["\u00a0", "\ufeff", "\v", "\f", "\u2003"])("a token keeps white space that is none in HTTP: %j", (space) => {
  expect(bearerParts(`Bearer ${space}a${space}b`)).toEqual([`${space}a${space}b`]);
  expect(bearerParts(`${space}Bearer a`)).toBeNull();
  expect(bearerParts(`Bearer${space}a`)).toBeNull();
});
