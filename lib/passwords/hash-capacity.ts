import type { Capacity } from "./fair-queue.ts";
import { type Pace, typicalSeconds, worstSeconds } from "./hash-pace.ts";
import type { HashThread } from "./hash-threads.ts";

type Hashing = { threads: HashThread[]; pace: Pace };

/** What the threads can do now, by their number and the machine's pace. */
export function capacityOf({ threads, pace }: Hashing): Capacity {
  const running = threads.filter(({ state }) => state === "busy").map(({ startedAt }) => seconds() - startedAt / 1_000);
  const alive = threads.filter(({ state }) => state !== "down").length;
  const longest = Math.max(0, ...running);
  return {
    threads: Math.max(1, alive),
    worstSeconds: worstSeconds(pace, longest),
    typicalSeconds: typicalSeconds(pace, longest),
  };
}

/** Whether no thread runs: all have ended, or could not be loaded. */
export function isDown({ threads }: Pick<Hashing, "threads">): boolean {
  return threads.every(({ state }) => state === "down");
}

/** In how many seconds `jobs` will have been served; if no thread runs, in how many one is started again. */
export function secondsUntilServed(hashing: Hashing, jobs: number): number {
  if (isDown(hashing)) return Math.min(...hashing.threads.map(({ retryAt }) => retryAt)) / 1_000 - seconds();
  const capacity = capacityOf(hashing);
  return (jobs * capacity.typicalSeconds) / capacity.threads;
}

function seconds(): number {
  return performance.now() / 1_000;
}
