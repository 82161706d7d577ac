/**
 * How long one hash takes, in seconds: `usual`ly of late, and at the `quickest`, when most cores were idle. `crowding`: how
 * many threads, those of all workers, share a core when all of them hash.
 */
export type Pace = { usual: number; quickest: number; crowding: number };

/** What is promised allows for hashes that take half as long again as usual. */
const ALLOWANCE = 1.5;

/** @param guess for one hash on an idle machine, in seconds; what is measured soon replaces it */
export function startPace(guess: number, crowding: number): Pace {
  return { usual: guess, quickest: guess, crowding: Math.max(1, crowding) };
}

/** Takes note of a hash that took so many seconds. */
export function notePace(pace: Pace, seconds: number): void {
  // What gets slower counts sooner than what gets quicker.
  pace.usual += (seconds - pace.usual) / (seconds > pace.usual ? 4 : 8);
  pace.quickest = Math.min(seconds, pace.quickest + (seconds - pace.quickest) / 64);
}

/**
 * How long a hash that begins later takes at the most, in seconds. After a quiet hour the first of a crowd would be promised
 * what an idle machine can do: so it is counted as if the crowd were there already.
 * @param running for how long the oldest hash has been running: they take at least as long
 */
export function mostSeconds({ usual, quickest, crowding }: Pace, running: number): number {
  return Math.max(usual * ALLOWANCE, quickest * crowding, running);
}

/** How long a hash takes now, in seconds. @param running as for `mostSeconds` */
export function usualSeconds({ usual }: Pace, running: number): number {
  return Math.max(usual, running);
}
