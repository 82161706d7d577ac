import { expect, type Locator, type Page } from "playwright/test";

// What people do who use no mouse.

const MOST_TABS = 80;

/** Moves the focus to this element by the Tab key. After the last element of a page the first one follows. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  // Until the page's scripts run, its buttons are disabled: they take no focus, and the Enter key in a form does nothing.
  await expect(page.locator("button:disabled")).toHaveCount(0);
  for (let press = 0; press < MOST_TABS; press += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the Tab key does not lead to ${target}`);
}

/** Presses a button, or follows a link. */
export async function pressOn(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press("Enter");
}

/** Types into a field, in place of what it holds. */
export async function typeInto(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(text);
}
