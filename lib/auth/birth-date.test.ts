import { expect, test } from "vitest";
import { birthDateProblems } from "./birth-date";

const today = new Date("2026-11-22T23:59:59Z");

test("the minimum age is reached on the birthday, not before", () => {
  expect(birthDateProblems("2013-11-22", 13, today)).toEqual([]);
  expect(birthDateProblems("2013-11-23", 13, today)).toEqual(["You must be at least 13 years old."]);
});

test("who was born on a leap day comes of age on 1 March of a common year", () => {
  expect(birthDateProblems("2012-02-29", 13, new Date("2025-02-28T12:00:00Z"))).toHaveLength(1);
  expect(birthDateProblems("2012-02-29", 13, new Date("2025-03-01T00:00:00Z"))).toEqual([]);
});

test("with a minimum of 0 only the future and 130 years ago are out of the question", () => {
  expect(birthDateProblems("2026-11-22", 0, today)).toEqual([]);
  expect(birthDateProblems("2026-11-23", 0, today)).toEqual(["This date is in the future."]);
  expect(birthDateProblems("1896-11-22", 0, today)).toEqual([]);
  expect(birthDateProblems("1896-11-21", 0, today)).toEqual(["This date is too long ago."]);
});
