import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { onPath } from "./on-path.ts";

/** The environment of a process whose clock is off by so many seconds; undefined where there is no faketime. */
export function shiftedClock(seconds: number): Record<string, string> | undefined {
  const environment = fakeClock();
  return environment && { ...environment, FAKETIME: offset(seconds) };
}

/** As `shiftedClock`, by what is in a file: `setClockOf` sets it while the process runs. */
export function settableClock(file: string): Record<string, string> | undefined {
  setClockOf(file, 0);
  const environment = fakeClock();
  return environment && { ...environment, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: "1" };
}

/** Sets the clocks that go by this file, all at once. @param seconds ahead of the true time */
export function setClockOf(file: string, seconds: number): void {
  writeFileSync(file, offset(seconds));
}

function offset(seconds: number): string {
  return `${seconds < 0 ? "" : "+"}${seconds}`;
}

function fakeClock(): Record<string, string> | undefined {
  if (!onPath("faketime")) return undefined;
  // The command itself would stand between a process and its signals. It knows where its library is.
  const { stdout } = spawnSync("faketime", ["-m", "-f", "+0", "printenv", "LD_PRELOAD"], { encoding: "utf8" });
  // Time limits are measured by the other clock, which nobody sets.
  return { LD_PRELOAD: stdout.trim(), FAKETIME_DONT_FAKE_MONOTONIC: "1" };
}
