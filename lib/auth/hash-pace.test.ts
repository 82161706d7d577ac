import { expect, test } from "vitest";
import { mostSeconds, notePace, startPace, usualSeconds } from "./hash-pace";

test("a machine that becomes slower is believed at once, and while its first slow hash still runs", () => {
  const pace = startPace(0.25, 1);
  for (let count = 0; count < 50; count += 1) notePace(pace, 0.25);
  expect(mostSeconds(pace, 0)).toBeCloseTo(0.25);
  expect(mostSeconds(pace, 2)).toBe(2);
  expect(usualSeconds(pace, 2)).toBe(2);
  notePace(pace, 3);
  expect(mostSeconds(pace, 0)).toBe(3);
  expect(usualSeconds(pace, 0)).toBeLessThan(1);
});

test("one that becomes quicker again has to prove it", () => {
  const pace = startPace(0.25, 1);
  notePace(pace, 3);
  notePace(pace, 0.25);
  expect(mostSeconds(pace, 0)).toBeGreaterThan(2);
  for (let count = 0; count < 50; count += 1) notePace(pace, 0.25);
  expect(mostSeconds(pace, 0)).toBeLessThan(0.3);
});

test("what an idle machine can do is not promised to a crowd: all workers' threads share the cores", () => {
  const pace = startPace(0.25, 2);
  for (let count = 0; count < 50; count += 1) notePace(pace, 0.25);
  expect(mostSeconds(pace, 0)).toBeCloseTo(0.5);
  expect(usualSeconds(pace, 0)).toBeCloseTo(0.25);
});
