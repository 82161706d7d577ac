const REMEMBERED_MS = 3_600_000;
/**
 * Few, so that guesses can't be tried here instead of at the login: an answer that comes quickly tells that somebody chose a
 * password of that range lately, and each range that is asked for displaces another.
 */
const MOST_REMEMBERED = 32;

type Range = Promise<ReadonlySet<string>>;
/** The ranges that were read last, by prefix, the latest last. */
export type Ranges = Map<string, { range: Range; readAt: number }>;

/**
 * Reads a range, unless it was read within the last hour or is being read. A failure is not remembered.
 * @param now in ms of any clock
 */
export function rememberRange(ranges: Ranges, prefix: string, now: number, read: () => Range): Range {
  const known = ranges.get(prefix);
  if (known && now - known.readAt < REMEMBERED_MS) return known.range;
  const range = read();
  ranges.delete(prefix);
  ranges.set(prefix, { range, readAt: now });
  for (const oldest of ranges.keys()) {
    if (ranges.size > MOST_REMEMBERED) ranges.delete(oldest);
  }
  range.catch(() => {
    if (ranges.get(prefix)?.range === range) ranges.delete(prefix);
  });
  return range;
}
