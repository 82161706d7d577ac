import { expect, test, vi } from "vitest";
import { type Ranges, rememberRange } from "./remember-range.ts";

const HOUR_MS = 3_600_000;
const reader = () => vi.fn(async (): Promise<ReadonlySet<string>> => new Set());

test("a range is read once in an hour", async () => {
  const ranges: Ranges = new Map();
  const read = reader();
  for (const now of [0, 0, 1, HOUR_MS - 1]) await rememberRange(ranges, "21BD1", now, read);
  expect(read).toHaveBeenCalledTimes(1);
  await rememberRange(ranges, "21BD1", HOUR_MS, read);
  await rememberRange(ranges, "21BD2", HOUR_MS, read);
  expect(read).toHaveBeenCalledTimes(3);
});

test("a range that could not be read is read again", async () => {
  const ranges: Ranges = new Map();
  const fails = () => Promise.reject(new Error("away"));
  const both = [rememberRange(ranges, "21BD1", 0, fails), rememberRange(ranges, "21BD1", 0, fails)];
  await expect(Promise.allSettled(both)).resolves.toMatchObject([{ status: "rejected" }, { status: "rejected" }]);
  const read = reader();
  await rememberRange(ranges, "21BD1", 0, read);
  expect(read).toHaveBeenCalledTimes(1);
});

test("32 ranges are remembered, and the oldest is forgotten first", async () => {
  const ranges: Ranges = new Map();
  const read = reader();
  for (let index = 0; index < 40; index += 1) await rememberRange(ranges, String(index), index, read);
  expect([...ranges.keys()]).toEqual(Array.from({ length: 32 }, (_, index) => String(index + 8)));
});
