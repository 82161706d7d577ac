/**
 * How long one hash takes, in seconds: `usual`, a recent average, and `quickest`, while most cores were idle. `crowding`: how
 * many hashing threads, over all workers, share a core when all of them hash.
 */
export type Pace = { usual: number; quickest: number; crowding: number };

/** A promise allows for hashes that take half as long again as usual. */
const ALLOWANCE = 1.5;

/** @param guess how long one hash takes on an idle machine, in seconds; measurements soon replace it */
export function startPace(guess: number, crowding: number): Pace {
  return { usual: guess, quickest: guess, crowding: Math.max(1, crowding) };
}

/**
 * Records how many seconds a hash took.
 * @param isShort others take longer on the same machine: it tells of a slowdown, but not of a recovery
 */
export function recordHash(pace: Pace, seconds: number, isShort = false): void {
  if (isShort && seconds < pace.usual) return;
  // A slower hash weighs more than a quicker one: promises must follow a slowdown at once.
  pace.usual += (seconds - pace.usual) / (seconds > pace.usual ? 4 : 8);
  pace.quickest = Math.min(seconds, pace.quickest + (seconds - pace.quickest) / 64);
}

/**
 * How long a hash that begins later takes at most, in seconds. This assumes a busy machine even while it is idle: otherwise
 * the first requests of a rush would be promised what only an idle machine can do.
 * @param running for how many seconds the oldest current hash has been running: hashes take at least that long
 */
export function worstSeconds({ usual, quickest, crowding }: Pace, running: number): number {
  return Math.max(usual * ALLOWANCE, quickest * crowding, running);
}

/** How long a hash typically takes now, in seconds. @param running as for `worstSeconds` */
export function typicalSeconds({ usual }: Pace, running: number): number {
  return Math.max(usual, running);
}
