import { expect, test } from "playwright/test";
import { freshName, PASSWORD, send } from "./client.ts";
import { fillSignUp, logInByForm } from "./people.ts";

// A browser's e-mail field sends a host name in ASCII whatever was typed; the login's field is a text field.

const HOSTS = ["bücher.example", "BÜCHER.example", "例え.テスト", "bu\u0308cher。example", "mail.пример.example"];

// Chromium's field turns ß into ss; to everything else that is another address.
for (const host of ["bücher", "straße"]) {
  test(`a user with an address at ${host} signs up and logs in with the address as typed`, async ({ page }) => {
    const email = `ann@${host}.${freshName()}.example`;
    await page.goto("/signup");
    const username = await fillSignUp(page);
    await page.getByLabel("Email").fill(email);
    await page.getByRole("button", { name: "Sign up" }).click();
    await expect(page).toHaveURL(/\/login/);
    await logInByForm(page, email);
    await expect(page.getByRole("heading", { name: `Welcome, ${username}` })).toBeVisible();
  });
}

test("the signup converts an address as a browser does", async ({ page, baseURL }) => {
  await page.goto("/signup");
  for (const host of HOSTS) {
    const email = `${freshName()}@${host}`;
    await page.getByLabel("Email").fill(email);
    // The field's value is what the browser would send.
    const sent = await page.getByLabel("Email").inputValue();
    expect(sent, host).toMatch(/^[ -~]+$/);
    const json = { username: freshName(), email, password: PASSWORD, age: "1990-01-02" };
    const kept = await send(baseURL ?? "", "POST", "/api/user/signup/", { json });
    expect(kept.json.email, host).toBe(sent);
  }
});
