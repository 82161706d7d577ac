import { expect, type Page, test } from "playwright/test";
import { logInWith, ORIGIN as WITH_PROVIDERS } from "#e2e/providers/browser.ts";
import { newVisitor, signUpAt } from "#e2e/providers/visitor.ts";
import { codeAt } from "./authenticator-app.ts";
import { newBareAccount, newBareSession, strip } from "./bare-account.ts";
import { freshName } from "./client.ts";
import { withDatabase } from "./harness.ts";
import { pressOn, tabTo, typeInto } from "./keyboard.ts";
import { logInByForm, takeCookies } from "./people.ts";
import { newGuarded } from "./second-factor.ts";
import { expectAccessibleEverywhere, expectUsable } from "./usable.ts";
import { addPasskey, openLogIn, plugInAuthenticator } from "./virtual-authenticator.ts";

// Accounts without a birth date, as a Django without birth dates leaves them: a login asks for it.

const DATABASE = process.env.TEST_DATABASE_URL ?? "";
const ASKED = "When were you born?";

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const birthDate = (page: Page) => page.getByLabel("Date of birth");
const notNow = (page: Page) => page.getByRole("link", { name: "Not now" });

async function birthDateOf(username: string): Promise<unknown> {
  const select = "select birth_date::text from users where username = $1";
  return (await withDatabase(DATABASE, (query) => query(select, [username])))[0]?.birth_date;
}

test("a login without a birth date asks for it by the keyboard, says what is wrong, saves it, goes on, and asks no more", async ({
  page,
  context,
  baseURL,
}) => {
  const { username } = await newBareAccount(baseURL ?? "", DATABASE);
  await page.goto("/login?next=%2Faccount%23profile");
  await logInByForm(page, username);
  await expect(heading(page)).toHaveText(ASKED);
  await expectUsable(page);
  await tabTo(page, birthDate(page));
  await page.keyboard.press("Enter");
  await expect(birthDate(page)).toBeFocused();
  await expect(birthDate(page)).toHaveAccessibleDescription(/Enter your date of birth\./);
  await expectAccessibleEverywhere(page);
  // In the order of American English.
  await page.keyboard.type("01022024");
  await page.keyboard.press("Enter");
  await expect(birthDate(page)).toHaveAccessibleDescription(/MovieConnect is for people of 13 and older\. Check the year\./);
  expect(await birthDateOf(username)).toBe(null);
  await birthDate(page).fill("1990-01-02");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/account#profile");
  await expect(birthDate(page)).toHaveValue("1990-01-02");
  expect(await birthDateOf(username)).toBe("1990-01-02");
  await context.clearCookies();
  await page.goto("/login?next=%2Faccount");
  await logInByForm(page, username);
  await expect(page).toHaveURL("/account");
});

test("a visitor of the page comes back to it from the login; 'Not now' goes on, and the next login asks again", async ({
  page,
  context,
  baseURL,
}) => {
  const { username } = await newBareAccount(baseURL ?? "", DATABASE);
  await page.goto("/birth-date?next=%2Faccount");
  await expect(heading(page)).toHaveText("Log in");
  await logInByForm(page, username);
  await expect(heading(page)).toHaveText(ASKED);
  await pressOn(page, notNow(page));
  await expect(page).toHaveURL("/account");
  await context.clearCookies();
  await page.goto("/login");
  await logInByForm(page, username);
  await expect(heading(page)).toHaveText(ASKED);
  await pressOn(page, notNow(page));
  await expect(heading(page)).toHaveText(`Welcome, ${username}`);
  expect(await birthDateOf(username)).toBe(null);
});

test("a login with a code asks for the birth date, too, and so does one with a passkey", async ({ page, context, baseURL }) => {
  const { user, secret, cookies } = await newGuarded(baseURL ?? "");
  await strip(DATABASE, user.id);
  await takeCookies(context, baseURL ?? "", cookies);
  const device = await plugInAuthenticator(page);
  await page.goto("/");
  await addPasskey(page, device);
  await context.clearCookies();
  await page.goto("/login");
  await logInByForm(page, user.username);
  await expect(page.getByLabel("Code", { exact: true })).toBeFocused();
  await page.keyboard.type(codeAt(secret));
  await page.keyboard.press("Enter");
  await expect(heading(page)).toHaveText(ASKED);
  await context.clearCookies();
  await openLogIn(page, "/login?next=%2Faccount");
  await device.touch(async () => {
    await pressOn(page, button(page, "Log in with a passkey"));
    await expect(page).toHaveURL("/birth-date?next=%2Faccount");
  });
});

test.describe("from a provider", () => {
  test.use({ baseURL: WITH_PROVIDERS });

  test("a login with a provider asks for the birth date, too, before the page that was asked for", async ({ page }) => {
    const name = freshName();
    await signUpAt(newVisitor(WITH_PROVIDERS), "oidc", name);
    const [user] = await withDatabase(DATABASE, (query) => query("select id from users where username = $1", [name]));
    await strip(DATABASE, Number(user?.id));
    await page.goto("/login?next=%2Faccount%23devices");
    await logInWith(page, "oidc", name);
    await expect(heading(page)).toHaveText(ASKED);
    await pressOn(page, notNow(page));
    await expect(page).toHaveURL("/account#devices");
  });
});

test("the account's page says what is not given, renames without it, and adds a first address", async ({
  page,
  context,
  baseURL,
}) => {
  const { user, cookies } = await newBareSession(baseURL ?? "", DATABASE);
  await takeCookies(context, baseURL ?? "", cookies);
  await page.goto("/account");
  const profile = page.getByRole("region", { name: "Profile" });
  await expect(birthDate(page)).toHaveAccessibleDescription("Not given yet.");
  await typeInto(page, profile.getByLabel("Username"), `${user.username}x`);
  await page.keyboard.press("Enter");
  await expect(profile.getByRole("status")).toHaveText("Saved.");
  expect(await birthDateOf(`${user.username}x`)).toBe(null);
  await birthDate(page).fill("1990-01-02");
  await page.keyboard.press("Enter");
  await expect(birthDate(page)).toHaveAccessibleDescription("");
  // What is undone is the name.
  await pressOn(page, button(page, "Undo"));
  await expect(button(page, "Undo")).toHaveCount(0);
  await expect(profile.getByLabel("Username")).toHaveValue(user.username);
  await expect(birthDate(page)).toHaveValue("1990-01-02");
  expect(await birthDateOf(user.username)).toBe("1990-01-02");
  const address = page.getByRole("region", { name: "Email address" });
  await expect(address).toContainText("No address yet.");
  await typeInto(page, address.getByLabel("Your address"), "first@example.com");
  await page.keyboard.press("Enter");
  await expect(address.getByRole("status")).toContainText("We sent an email to first@example.com.");
});
