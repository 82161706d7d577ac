import { expect, test } from "vitest";
import { birthDateProblems } from "./birth-date.ts";

// 22 November in every zone from UTC+14 to UTC, and the 21st west of that.
const now = new Date("2026-11-22T09:59:59.999Z");

test("the minimum age is reached on the birthday, not before", () => {
  expect(birthDateProblems("2013-11-22", 13, now)).toEqual([]);
  expect(birthDateProblems("2013-11-23", 13, now)).toEqual([{ code: "too_young", years: 13 }]);
});

test("a birthday begins at midnight in UTC+14, where each day begins first", () => {
  const begins = new Date("2026-11-22T10:00:00Z");
  const before = new Date(begins.getTime() - 1);
  expect(birthDateProblems("2013-11-23", 13, before)).toEqual([{ code: "too_young", years: 13 }]);
  expect(birthDateProblems("2013-11-23", 13, begins)).toEqual([]);
  expect(birthDateProblems("2026-11-23", 0, before)).toEqual([{ code: "date_in_future" }]);
  expect(birthDateProblems("2026-11-23", 0, begins)).toEqual([]);
  expect(birthDateProblems("1896-11-22", 0, before)).toEqual([]);
  expect(birthDateProblems("1896-11-22", 0, begins)).toEqual([{ code: "date_too_long_ago" }]);
});

test("a year begins at midnight in UTC+14, too", () => {
  expect(birthDateProblems("2014-01-01", 13, new Date("2026-12-31T09:59:59Z"))).toHaveLength(1);
  expect(birthDateProblems("2014-01-01", 13, new Date("2026-12-31T10:00:00Z"))).toEqual([]);
});

test("a person born on a leap day comes of age on 1 March of a common year", () => {
  expect(birthDateProblems("2012-02-29", 13, new Date("2025-02-28T09:59:59Z"))).toHaveLength(1);
  expect(birthDateProblems("2012-02-29", 13, new Date("2025-02-28T10:00:00Z"))).toEqual([]);
});

test("a minimum age of 0 refuses only future dates and dates of over 130 years ago", () => {
  expect(birthDateProblems("2026-11-22", 0, now)).toEqual([]);
  expect(birthDateProblems("2026-11-23", 0, now)).toEqual([{ code: "date_in_future" }]);
  expect(birthDateProblems("1896-11-22", 0, now)).toEqual([]);
  expect(birthDateProblems("1896-11-21", 0, now)).toEqual([{ code: "date_too_long_ago" }]);
});
