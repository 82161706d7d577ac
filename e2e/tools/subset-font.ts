import { readFile } from "node:fs/promises";
import { join } from "node:path";
import subset from "subset-font";

/** The pages' font. It is committed, so that a start, a build and an image need neither the family nor the subsetting tool. */
export const FONT = join(import.meta.dirname, "..", "..", "app", "_font", "bricolage-grotesque.woff2");

const FAMILY = import.meta.resolve("@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-latin-opsz-normal.woff2");
/** The characters of the pages' own words, and western Europe's letters for names. The system's font has the others. */
export const CHARACTERS = [...codePoints(0x20, 0x7e), ..."–—‘’“”…·", ...codePoints(0xc0, 0xff), ..."ıŒœ"].join("");

/** Less than half of the family's Latin file: fewer characters, no weight below 400, no fractions, and one kerning for all sizes. */
export async function subsetFont(): Promise<Buffer> {
  const family = await readFile(new URL(FAMILY));
  return subset(family, CHARACTERS, {
    targetFormat: "woff2",
    variationAxes: { wght: { min: 400, max: 800 } },
    keepFeatures: ["kern", "tnum", "ccmp"],
    // Leaves out how kerning varies with size and weight: a quarter of the file, for under a hundredth of a line's length.
    dropTables: ["GDEF"],
    // Keeps the copyright and the licence in the file (SIL Open Font License 1.1, condition 2).
    preserveNameIds: [0, 13, 14],
  });
}

function codePoints(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index));
}
