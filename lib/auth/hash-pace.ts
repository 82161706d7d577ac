/**
 * How long one hash takes, in seconds: `usual`ly, and of late at the `slowest` and the `quickest`, when most cores were idle.
 * `crowding`: how many threads, those of all workers, share a core when all of them hash.
 */
export type Pace = { usual: number; slowest: number; quickest: number; crowding: number };

/** @param guess for one hash on an idle machine, in seconds; what is measured soon replaces it */
export function startPace(guess: number, crowding: number): Pace {
  return { usual: guess, slowest: guess, quickest: guess, crowding: Math.max(1, crowding) };
}

/** Takes note of a hash that took so many seconds. */
export function notePace(pace: Pace, seconds: number): void {
  pace.usual += (seconds - pace.usual) / 8;
  // What gets slower counts at once, what gets quicker has to prove it.
  pace.slowest = Math.max(seconds, pace.slowest + (seconds - pace.slowest) / 8);
  pace.quickest = Math.min(seconds, pace.quickest + (seconds - pace.quickest) / 64);
}

/**
 * How long a hash that begins later takes at the most, in seconds. After a quiet hour the first of a crowd would be promised
 * what an idle machine can do: so it is counted as if the crowd were there already.
 * @param running for how long the oldest hash has been running: they take at least as long
 */
export function mostSeconds({ slowest, quickest, crowding }: Pace, running: number): number {
  return Math.max(slowest, quickest * crowding, running);
}

/** How long a hash takes now, in seconds. @param running as for `mostSeconds` */
export function usualSeconds({ usual }: Pace, running: number): number {
  return Math.max(usual, running);
}
