import { expect, test } from "vitest";
import { saidTime } from "./said-time.ts";

const NOW = new Date("2026-11-26T00:20:00Z");

test.each([
  ["2026-11-26T00:10:00Z", "today, 00:10"],
  ["2026-11-25T23:50:00Z", "yesterday, 23:50"],
  ["2026-11-24T23:59:00Z", "24 November 2026, 23:59"],
  ["2025-11-26T00:10:00Z", "26 November 2025, 00:10"],
])("%s is said as %s", (at, said) => {
  expect(saidTime(new Date(at), NOW, "UTC")).toBe(said);
});

test("the day is the reader's, not Greenwich's", () => {
  expect(saidTime(new Date("2026-11-25T23:50:00Z"), NOW, "Asia/Tokyo")).toBe("today, 08:50");
  expect(saidTime(new Date("2026-11-26T00:10:00Z"), new Date("2026-11-26T09:00:00Z"), "America/New_York")).toBe(
    "yesterday, 19:10",
  );
});
