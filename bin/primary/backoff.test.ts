import { expect, test } from "vitest";
import { backoff } from "./backoff.ts";

test("a process that ends early is restarted after longer and longer waits, and one that ran long at once", () => {
  const nextWait = backoff();
  expect([0, 5_000, 0, 0].map(nextWait)).toEqual([500, 1_000, 2_000, 4_000]);
  expect(Array.from({ length: 10 }, () => nextWait(59_999)).at(-1)).toBe(30_000);
  expect(nextWait(60_000)).toBe(0);
  expect(nextWait(0)).toBe(500);
});
