import { expect, type Page, test } from "playwright/test";
import { logInWith, ORIGIN as WITH_PROVIDERS } from "#e2e/providers/browser.ts";
import { newVisitor, signUpAt } from "#e2e/providers/visitor.ts";
import { codeAt, wrongCode } from "./authenticator-app.ts";
import { freshName } from "./client.ts";
import { withDatabase } from "./harness.ts";
import { pressOn, typeInto } from "./keyboard.ts";
import { logInByForm, takeCookies, untilScriptsRun } from "./people.ts";
import { enrol, forgetUsedCodes, newGuarded } from "./second-factor.ts";
import { expectAccessibleEverywhere } from "./usable.ts";
import { addPasskey, plugInAuthenticator } from "./virtual-authenticator.ts";

// The second step of a login: a code after the password, or after a provider.

const DATABASE = process.env.TEST_DATABASE_URL ?? "";

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const code = (page: Page) => page.getByLabel("Code", { exact: true });
const recoveryCode = (page: Page) => page.getByLabel("Recovery code", { exact: true });

/** Types a name and the password, which lead to the second step. */
async function showPassword(page: Page, username: string): Promise<void> {
  await logInByForm(page, username);
  await expect(heading(page)).toHaveText("Enter your code");
}

test("a login with a code goes by the keyboard alone; a wrong code says so at its field, and is selected", async ({
  page,
  context,
  baseURL,
}) => {
  const { user, secret } = await newGuarded(baseURL ?? "");
  const other = await context.newPage();
  await other.goto("/login");
  await untilScriptsRun(other);
  await page.bringToFront();
  await page.goto("/login?next=%2Faccount%23devices");
  await typeInto(page, page.getByLabel("Username or email"), user.username);
  await typeInto(page, page.getByLabel("Password", { exact: true }), user.password);
  await page.keyboard.press("Enter");
  await expect(code(page)).toBeFocused();
  await expect(code(page)).toHaveAttribute("autocomplete", "one-time-code");
  await expect(code(page)).toHaveAttribute("inputmode", "numeric");
  await expectAccessibleEverywhere(page);
  await page.keyboard.press("Enter");
  await expect(code(page)).toHaveAccessibleDescription(/Enter the code\./);
  await page.keyboard.type(wrongCode(secret));
  await page.keyboard.press("Enter");
  await expect(code(page)).toHaveAccessibleDescription(/That code is wrong, or was used before\./);
  await expect(code(page)).toBeFocused();
  await expectAccessibleEverywhere(page);
  // It takes the wrong one's place.
  await page.keyboard.type(codeAt(secret).replace(/^.../, "$& "));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/account#devices");
  await expect(heading(other)).toHaveText(`Welcome, ${user.username}`);
});

test("a recovery code logs in; the home page says when few of them are left", async ({ page, baseURL }) => {
  const { user, recoveryCodes } = await newGuarded(baseURL ?? "");
  await page.goto("/login");
  await showPassword(page, user.username);
  await pressOn(page, button(page, "Use a recovery code"));
  await expect(recoveryCode(page)).toBeFocused();
  await expectAccessibleEverywhere(page);
  await page.keyboard.type(recoveryCodes[0] ?? "");
  await page.keyboard.press("Enter");
  await expect(heading(page)).toHaveText(`Welcome, ${user.username}`);
  const codesLeft = page.getByRole("region", { name: /recovery code/i });
  await expect(codesLeft).toHaveCount(0);
  const six = "select digest from recovery_codes where user_id = $1 limit 6";
  await withDatabase(DATABASE, (query) => query(`delete from recovery_codes where digest in (${six})`, [user.id]));
  await page.reload();
  await expect(codesLeft).toContainText("Only 3 recovery codes left");
  await expect(codesLeft.getByRole("link", { name: "Get new ones" })).toHaveAttribute("href", "/account#two-step");
  await expectAccessibleEverywhere(page);
});

test("a passkey takes the code's place", async ({ page, context, baseURL }) => {
  const { user, cookies } = await newGuarded(baseURL ?? "");
  await takeCookies(context, baseURL ?? "", cookies);
  const device = await plugInAuthenticator(page);
  await page.goto("/");
  await addPasskey(page, device);
  await context.clearCookies();
  await page.goto("/login");
  await showPassword(page, user.username);
  await device.setVerified(false);
  await device.touch(async () => {
    await pressOn(page, button(page, "Use a passkey"));
    await expect(page.getByRole("alert").filter({ hasText: "That was cancelled" })).toBeVisible();
    await device.setVerified(true);
    await pressOn(page, button(page, "Use a passkey"));
    await expect(heading(page)).toHaveText(`Welcome, ${user.username}`);
  });
});

test("after five wrong codes the login begins anew, with the name kept; 'Start again' and the browser's way back do so at once", async ({
  page,
  baseURL,
}) => {
  const { user, secret } = await newGuarded(baseURL ?? "");
  await page.goto("/login");
  await showPassword(page, user.username);
  await pressOn(page, button(page, "Start again"));
  await expect(page.getByLabel("Username or email")).toHaveValue(user.username);
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await showPassword(page, user.username);
  await page.goBack();
  await expect(page.getByLabel("Username or email")).toHaveValue(user.username);
  await showPassword(page, user.username);
  for (let guess = 0; guess < 5; guess += 1) {
    await code(page).fill(wrongCode(secret));
    await page.keyboard.press("Enter");
    await expect(code(page)).toHaveAccessibleDescription(/That code is wrong/);
  }
  await code(page).fill(codeAt(secret));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toHaveText("That took too long, or too many codes were wrong. Log in again.");
  await expect(page.getByLabel("Username or email")).toHaveValue(user.username);
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await expectAccessibleEverywhere(page);
});

test.describe("from a provider", () => {
  test.use({ baseURL: WITH_PROVIDERS });

  test("a login with a provider asks for the code, and goes on to the page that was asked for", async ({ page, context }) => {
    const name = freshName();
    const visitor = newVisitor(WITH_PROVIDERS);
    await signUpAt(visitor, "oidc", name);
    const { secret } = await enrol(WITH_PROVIDERS, visitor.cookies);
    await withDatabase(DATABASE, async (query) => {
      const [user] = await query("select id from users where username = $1", [name]);
      await forgetUsedCodes(Number(user?.id));
    });
    await page.goto("/login?next=%2Faccount%23devices");
    await logInWith(page, "oidc", name);
    await expect(heading(page)).toHaveText("Enter your code");
    await expect(code(page)).toBeFocused();
    await expectAccessibleEverywhere(page);
    await page.keyboard.type(codeAt(secret));
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL("/account#devices");
    await context.clearCookies();
    await page.goto("/login/second-factor?next=%2Faccount");
    await expect(page.getByRole("status")).toHaveText("That took too long, or too many codes were wrong. Log in again.");
    await expect(page).toHaveURL("/login?next=%2Faccount");
  });
});
