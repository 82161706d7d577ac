import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { FONT, subsetFont } from "./subset-font.ts";

test("the font that is served is what `npm run font` makes, and has at most 34 KiB", async () => {
  const served = await readFile(FONT);
  expect(served.equals(await subsetFont())).toBe(true);
  expect(served.length).toBeLessThanOrEqual(34 * 1024);
});
