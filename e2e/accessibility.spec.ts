import { expect, test } from "playwright/test";
import { arrive, logInByForm, VISITORS } from "./people.ts";
import { expectAccessible, expectUsable } from "./usable.ts";

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme });

    // The pages of links are looked at by e2e/links.spec.ts, at every stage.
    for (const path of VISITORS.filter((each) => !each.includes("#"))) {
      test(`${path} has no accessibility violation, from 320 px up, without scrolling sideways or shifting`, async ({ page }) => {
        for (const width of [320, 1440]) {
          await page.setViewportSize({ width, height: 800 });
          await page.goto(path);
          await expectUsable(page);
        }
      });
    }

    test("the home page has no accessibility violation", async ({ page, baseURL }) => {
      await arrive(page, baseURL ?? "");
      for (const width of [320, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        await page.reload();
        await expectUsable(page);
      }
    });

    test("a form that waits has no accessibility violation", async ({ page }) => {
      await page.route("/api/token/", (route) => route.fulfill({ status: 429, headers: { "retry-after": "90" }, body: "{}" }));
      await page.setViewportSize({ width: 320, height: 800 });
      await page.goto("/login");
      await logInByForm(page, "ann");
      await expect(page.getByRole("button", { name: "Log in", exact: true })).toBeDisabled();
      await expectAccessible(page);
    });

    test("forms with errors have no accessibility violation", async ({ page }) => {
      for (const [path, button] of [
        ["/signup", "Sign up"],
        ["/login", "Log in"],
      ] as const) {
        await page.setViewportSize({ width: 320, height: 800 });
        await page.goto(path);
        await page.getByRole("button", { name: button, exact: true }).click();
        await expect(page.locator("[aria-invalid=true]").first()).toBeFocused();
        await expectAccessible(page);
      }
    });
  });
}
