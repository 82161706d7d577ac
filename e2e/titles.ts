import type { Page } from "playwright/test";

/** Notes each moment at which a page that shows its heading has no title. Call it before the first page is opened. */
export async function watchTitles(page: Page): Promise<string[]> {
  const untitled: string[] = [];
  await page.exposeFunction("noteUntitled", (heading: string) => untitled.push(heading));
  await page.addInitScript(() => {
    // Called after each commit, before anything is painted.
    new MutationObserver(() => {
      const heading = document.querySelector("h1")?.textContent;
      if (heading && document.title === "") Reflect.get(window, "noteUntitled")(`${location.href}: ${heading}`);
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  return untitled;
}
