/**
 * How long one hash takes, in seconds. `slowest`: lately, the worst of it. `quickest`: lately, the best of it, when most
 * cores were idle. `crowding`: how many threads, those of all workers, share a core when all of them hash.
 */
export type Pace = { slowest: number; quickest: number; crowding: number };

/** @param guess for one hash on an idle machine, in seconds; what is measured soon replaces it */
export function startPace(guess: number, crowding: number): Pace {
  return { slowest: guess, quickest: guess, crowding: Math.max(1, crowding) };
}

/** Takes note of a hash that took so many seconds. */
export function notePace(pace: Pace, seconds: number): void {
  // What gets slower counts at once, what gets quicker has to prove it.
  pace.slowest = Math.max(seconds, pace.slowest + (seconds - pace.slowest) / 8);
  pace.quickest = Math.min(seconds, pace.quickest + (seconds - pace.quickest) / 64);
}

/**
 * How long the next hash takes at the most, in seconds. After a quiet hour the first of a crowd would be promised what an
 * idle machine can do: so it is counted as if the crowd were there already.
 * @param running for how long the hash has been running that began first: it takes at least as long
 */
export function secondsPerHash({ slowest, quickest, crowding }: Pace, running: number): number {
  return Math.max(slowest, quickest * crowding, running);
}
