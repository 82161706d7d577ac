/** A process that ran this long has no fault that would stop a new one at once. */
const LONG_MS = 60_000;
const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/**
 * How long to wait before a restart: not at all after a long run, otherwise twice as long each time.
 * @returns a function that takes how long the process lived, and returns how long to wait, both in ms
 */
export function backoff(): (livedMs: number) => number {
  let early = 0;
  return (livedMs) => {
    early = livedMs >= LONG_MS ? 0 : early + 1;
    return early === 0 ? 0 : Math.min(FIRST_MS * 2 ** (early - 1), LONGEST_MS);
  };
}
