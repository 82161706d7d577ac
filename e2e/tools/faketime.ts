import { spawnSync } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";
import { onPath } from "./on-path.ts";

/** The environment of a process whose clock is off by so many seconds; undefined where faketime is not installed. */
export function shiftedClock(seconds: number): Record<string, string> | undefined {
  const environment = fakeClock();
  return environment && { ...environment, FAKETIME: offset(seconds) };
}

/** As `shiftedClock`, with the offset in a file: `setClockOf` changes it while the process runs. */
export function settableClock(file: string): Record<string, string> | undefined {
  setClockOf(file, 0);
  const environment = fakeClock();
  return environment && { ...environment, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: "1" };
}

/** Sets all clocks that use this file. @param seconds ahead of the true time */
export function setClockOf(file: string, seconds: number): void {
  // In one step: a process that reads an empty file is shown the true time.
  writeFileSync(`${file}.new`, offset(seconds));
  renameSync(`${file}.new`, file);
}

function offset(seconds: number): string {
  return `${seconds < 0 ? "" : "+"}${seconds}`;
}

function fakeClock(): Record<string, string> | undefined {
  if (!onPath("faketime")) return undefined;
  // The library without its command, which would stand between a process and its signals. The command knows the library's path.
  const { stdout } = spawnSync("faketime", ["-m", "-f", "+0", "printenv", "LD_PRELOAD"], { encoding: "utf8" });
  // Time limits use the monotonic clock, which stays as it is.
  return { LD_PRELOAD: stdout.trim(), FAKETIME_DONT_FAKE_MONOTONIC: "1" };
}
