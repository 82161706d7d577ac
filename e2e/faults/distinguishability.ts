// What response times tell a stranger about accounts.

export type Timing = { isKnown: boolean; milliseconds: number };

/** How often a known name's time is longer than an unknown name's: 0.5 where a classifier is no better than chance. */
export function distinguishability(timings: Timing[]): number {
  const ranked = [...timings].sort((a, b) => a.milliseconds - b.milliseconds);
  const known = timings.filter(({ isKnown }) => isKnown).length;
  const ranks = ranked.reduce((sum, { isKnown }, index) => sum + (isKnown ? index + 1 : 0), 0);
  return (ranks - (known * (known + 1)) / 2) / (known * (timings.length - known));
}

export function shuffled<Item>(items: Item[]): Item[] {
  for (let index = items.length - 1; index > 0; index -= 1) {
    const other = Math.floor(Math.random() * (index + 1));
    [items[index], items[other]] = [items[other] as Item, items[index] as Item];
  }
  return items;
}

/** By how much chance alone moves `distinguishability` (one standard deviation), where no time tells anything. */
export function byChance(timings: Timing[]): number {
  const known = timings.filter(({ isKnown }) => isKnown).length;
  return Math.sqrt((timings.length + 1) / (12 * known * (timings.length - known)));
}
