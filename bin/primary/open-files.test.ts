import { expect, test } from "vitest";
import { judgeLimit } from "./open-files.ts";

test("a limit of open files that can't do is refused, one for a few visitors is told, and a common one is neither", () => {
  expect(judgeLimit(64, 10)).toEqual({ problem: expect.stringMatching(/64 files open, and a worker needs 110 to start: raise/) });
  expect(judgeLimit(256, 500)).toEqual({ problem: expect.stringMatching(/needs 600 to start/) });
  expect(judgeLimit(256, 10)).toEqual({ note: expect.stringMatching(/256 files open, so that a worker serves 146 connections/) });
  expect(judgeLimit(4_096, 10)).toEqual({});
  expect(judgeLimit(Number.POSITIVE_INFINITY, 10)).toEqual({});
});
