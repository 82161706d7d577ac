import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "playwright/test";

/** The page is where it was first painted, and is accessible. */
export async function expectUsable(page: Page): Promise<void> {
  const shift = await page.evaluate(async () => {
    await document.fonts.ready;
    return new Promise<number>((resolve) => {
      let total = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) total += (entry as PerformanceEntry & { value: number }).value;
      }).observe({ type: "layout-shift", buffered: true });
      requestAnimationFrame(() => setTimeout(() => resolve(total), 100));
    });
  });
  expect(shift).toBe(0);
  await expectAccessible(page);
}

/** Nothing has to be scrolled sideways, and axe finds no violation. */
export async function expectAccessible(page: Page): Promise<void> {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow).toBe(0);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
}

/** The page is accessible in both themes, on a phone and on a desk. */
export async function expectAccessibleEverywhere(page: Page): Promise<void> {
  for (const [colorScheme, width] of [
    ["light", 360],
    ["dark", 1280],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    await expectAccessible(page);
  }
}
