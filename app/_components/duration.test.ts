import { expect, test } from "vitest";
import { clock, duration } from "./duration.ts";

test.each([
  [1, "1 second"],
  [2, "2 seconds"],
  [59, "59 seconds"],
  [60, "1 minute"],
  [61, "about a minute"],
  [90, "about 2 minutes"],
  [120, "2 minutes"],
  [3_569, "about 59 minutes"],
  [3_570, "about an hour"],
  [3_600, "1 hour"],
  [5_000, "about an hour"],
  [7_000, "about 2 hours"],
  [84_599, "about 23 hours"],
  [84_600, "about a day"],
  [86_399, "about a day"],
  [86_400, "1 day"],
  [172_800, "2 days"],
  [1_000_000, "about 12 days"],
])("%i seconds are %s", (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});

test("a duration has the largest unit that fits, and a plural only for more than one", () => {
  for (let seconds = 1; seconds < 40 * 86_400; seconds += 1 + Math.floor(seconds / 500)) {
    const [, count, unit] = /^(?:about )?(an?|\d+) (second|minute|hour|day)s?$/.exec(duration(seconds)) ?? [];
    const most = { second: 59, minute: 59, hour: 23, day: 40 }[unit ?? ""] ?? 0;
    expect(Number(count) || 1, `${seconds}: ${duration(seconds)}`).toBeLessThanOrEqual(most);
    expect(duration(seconds).endsWith("s"), duration(seconds)).toBe(Number(count) > 1);
  }
});

test.each([
  [0, "0:00"],
  [5, "0:05"],
  [65, "1:05"],
  [600, "10:00"],
  [3_599, "59:59"],
  [3_600, "1:00:00"],
  [86_400, "24:00:00"],
])("%i seconds are %s on a clock", (seconds, shown) => {
  expect(clock(seconds)).toBe(shown);
});
