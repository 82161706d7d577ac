import { expect, test } from "playwright/test";

test("a visitor at / is sent to the login page", async ({ page }) => {
  await page.goto("/");
  await expect(page).toHaveURL("/login?next=%2F");
});
