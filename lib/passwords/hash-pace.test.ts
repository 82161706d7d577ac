import { expect, test } from "vitest";
import { mostSeconds, notePace, startPace, usualSeconds } from "./hash-pace.ts";

test("a machine that becomes slower is believed soon, and while its first slow hash still runs", () => {
  const pace = startPace(0.2, 1);
  for (let count = 0; count < 50; count += 1) notePace(pace, 0.2);
  expect(mostSeconds(pace, 0)).toBeCloseTo(0.3);
  expect(mostSeconds(pace, 2)).toBe(2);
  expect(usualSeconds(pace, 2)).toBe(2);
  for (let count = 0; count < 4; count += 1) notePace(pace, 3);
  expect(mostSeconds(pace, 0)).toBeGreaterThan(3);
});

test("one slow hash does not close the queue, and one that becomes quicker again has to prove it", () => {
  const pace = startPace(0.2, 1);
  notePace(pace, 3);
  expect(mostSeconds(pace, 0)).toBeLessThan(1.5);
  for (let count = 0; count < 8; count += 1) notePace(pace, 0.2);
  expect(mostSeconds(pace, 0)).toBeGreaterThan(0.5);
  for (let count = 0; count < 50; count += 1) notePace(pace, 0.2);
  expect(mostSeconds(pace, 0)).toBeCloseTo(0.3);
});

test("what an idle machine can do is not promised to a crowd: all workers' threads share the cores", () => {
  const pace = startPace(0.25, 2);
  for (let count = 0; count < 50; count += 1) notePace(pace, 0.25);
  expect(mostSeconds(pace, 0)).toBeCloseTo(0.5);
  expect(usualSeconds(pace, 0)).toBeCloseTo(0.25);
});
