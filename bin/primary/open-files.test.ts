import { expect, test } from "vitest";
import { checkLimit } from "./open-files.ts";

test("a limit of open files is refused if it is too low to start, noted if it allows few connections, and else accepted", () => {
  expect(checkLimit(64, 10)).toEqual({ problem: expect.stringMatching(/64 files open, and a worker needs 110 to start: raise/) });
  expect(checkLimit(256, 500)).toEqual({ problem: expect.stringMatching(/needs 600 to start/) });
  expect(checkLimit(256, 10)).toEqual({ note: expect.stringMatching(/256 files open, so that a worker serves 146 connections/) });
  expect(checkLimit(4_096, 10)).toEqual({});
  expect(checkLimit(Number.POSITIVE_INFINITY, 10)).toEqual({});
});
