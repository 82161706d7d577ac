import { expect, test } from "vitest";
import { recordHash, startPace, typicalSeconds, worstSeconds } from "./hash-pace.ts";

test("a slowdown raises the estimate within a few hashes, and already while the first slow hash runs", () => {
  const pace = startPace(0.2, 1);
  for (let count = 0; count < 50; count += 1) recordHash(pace, 0.2);
  expect(worstSeconds(pace, 0)).toBeCloseTo(0.3);
  expect(worstSeconds(pace, 2)).toBe(2);
  expect(typicalSeconds(pace, 2)).toBe(2);
  for (let count = 0; count < 4; count += 1) recordHash(pace, 3);
  expect(worstSeconds(pace, 0)).toBeGreaterThan(3);
});

test("one slow hash does not close the queue, and a recovery lowers the estimate only gradually", () => {
  const pace = startPace(0.2, 1);
  recordHash(pace, 3);
  expect(worstSeconds(pace, 0)).toBeLessThan(1.5);
  for (let count = 0; count < 8; count += 1) recordHash(pace, 0.2);
  expect(worstSeconds(pace, 0)).toBeGreaterThan(0.5);
  for (let count = 0; count < 50; count += 1) recordHash(pace, 0.2);
  expect(worstSeconds(pace, 0)).toBeCloseTo(0.3);
});

test("the worst case assumes that all workers' threads share the cores, even on an idle machine", () => {
  const pace = startPace(0.25, 2);
  for (let count = 0; count < 50; count += 1) recordHash(pace, 0.25);
  expect(worstSeconds(pace, 0)).toBeCloseTo(0.5);
  expect(typicalSeconds(pace, 0)).toBeCloseTo(0.25);
});

test("short hashes raise the estimate when they have become slow, and never lower it", () => {
  const pace = startPace(0.2, 1);
  for (let count = 0; count < 50; count += 1) recordHash(pace, 0.8);
  for (let count = 0; count < 50; count += 1) recordHash(pace, 0.01, true);
  expect(worstSeconds(pace, 0)).toBeCloseTo(1.2);
  for (let count = 0; count < 50; count += 1) recordHash(pace, 2, true);
  expect(worstSeconds(pace, 0)).toBeCloseTo(3);
});
