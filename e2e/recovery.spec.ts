import { type Browser, expect, type Page, test } from "playwright/test";
import { logIn, PASSWORD, send, signUp } from "./client.ts";
import { pressOn, typeInto } from "./keyboard.ts";
import { noMail } from "./mailbox.ts";
import { arrive, logInByForm, openUntilLoggedOut, untilScriptsRun } from "./people.ts";
import { readMailAbout, recoveryToken } from "./recovery.ts";

// A person who forgot the password, from the login page to the login, with real mails.

const ORIGIN = process.env.TEST_ORIGIN ?? "";
const NEW = "rashomon-gate-1950";

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const newPassword = (page: Page) => page.getByLabel("New password", { exact: true });
const save = (page: Page) => page.getByRole("button", { name: "Save the password" });

async function setPassword(page: Page, token: string, password = NEW): Promise<void> {
  await page.goto(`/reset-password#token=${token}`);
  await newPassword(page).fill(password);
  await save(page).click();
}

async function anotherBrowser(browser: Browser): Promise<Page> {
  return (await browser.newContext({ baseURL: ORIGIN })).newPage();
}

test("a person who forgot the password gets a new one by mail, by the keyboard alone, and the login page says so", async ({
  page,
}) => {
  const { email, username } = await signUp(ORIGIN);
  await page.goto("/login");
  await pressOn(page, page.getByRole("link", { name: "Forgot password?" }));
  await expect(heading(page)).toHaveText("Forgot your password?");
  await typeInto(page, page.getByLabel("Email"), email.toUpperCase());
  await page.keyboard.press("Enter");
  await expect(page.locator(".notice:not(.late)")).toHaveText(
    `If an account has the address ${email.toUpperCase()}, an email is on its way to it. Its link is good for 1 hour.`,
  );
  await expect(page.locator(".notice:not(.late)")).toBeFocused();
  const { token } = await readMailAbout(email, "Set a new password");
  await page.goto(`/reset-password#token=${token}`);
  await typeInto(page, newPassword(page), "password");
  await page.keyboard.press("Enter");
  await expect(newPassword(page)).toHaveAccessibleDescription(/^Too many people use that password\./);
  await expect(newPassword(page)).toBeFocused();
  // The rules of the account itself, which the page does not know.
  await typeInto(page, newPassword(page), `${username}!`);
  await page.keyboard.press("Enter");
  await expect(newPassword(page)).toHaveAccessibleDescription(/^Make it less like your username\./);
  await typeInto(page, newPassword(page), NEW);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/login");
  await expect(page.getByRole("status")).toHaveText(
    "Your new password is saved, and every device is logged out. Log in with it.",
  );
  await logInByForm(page, username, NEW);
  await expect(heading(page)).toHaveText(`Welcome, ${username}`);
});

test("an address that no account has gets the same answer and no mail", async ({ page }) => {
  await page.goto("/forgot-password");
  await page.getByLabel("Email").fill("stranger@nowhere.example");
  await page.getByRole("button", { name: "Send me an email" }).click();
  await expect(page.locator(".notice:not(.late)")).toHaveText(
    /^If an account has the address stranger@nowhere\.example, an email is on/,
  );
  await noMail("stranger@nowhere.example");
  await page.getByRole("button", { name: "Send another email" }).click();
  await expect(page.getByLabel("Email")).toBeFocused();
  await page.getByLabel("Email").fill("stranger");
  await page.getByRole("button", { name: "Send me an email" }).click();
  await expect(page.getByText("That is not a whole email address, such as ann@example.com.")).toBeVisible();
});

test("a used link says what to do, and the form for a new mail is right there", async ({ page }) => {
  const { email } = await signUp(ORIGIN);
  const token = await recoveryToken(ORIGIN, email);
  await setPassword(page, token);
  await expect(page).toHaveURL("/login");
  await setPassword(page, token, "another-password-1");
  await expect(heading(page)).toHaveText("This link can't be used any more");
  await expect(page.getByRole("main").getByRole("link", { name: "log in" })).toHaveAttribute("href", "/login");
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Send me an email" }).click();
  const { token: next } = await readMailAbout(email, "Set a new password");
  await setPassword(page, next, "another-password-1");
  await expect(page).toHaveURL("/login");
  expect((await send(ORIGIN, "POST", "/api/token/", { json: { username: email, password: NEW } })).status).toBe(401);
  await logIn(ORIGIN, { username: email, password: "another-password-1" });
});

test("a reset logs out all browsers of the account, this one too, and each says why", async ({ page, browser }) => {
  const { email, username } = await signUp(ORIGIN);
  await page.goto("/login");
  await logInByForm(page, username);
  await expect(heading(page)).toHaveText(`Welcome, ${username}`);
  const tab = await page.context().newPage();
  await tab.goto("/account");
  await untilScriptsRun(tab);
  const other = await anotherBrowser(browser);
  await other.goto("/login");
  await logInByForm(other, username);
  await expect(heading(other)).toHaveText(`Welcome, ${username}`);
  await setPassword(page, await recoveryToken(ORIGIN, email));
  await expect(page).toHaveURL("/login");
  await expect(page.getByRole("status")).toHaveText(/^Your new password is saved/);
  // The other tab of this browser follows at once; the other browser at its next step.
  await expect(tab).toHaveURL("/login?next=%2Faccount");
  await expect(tab.getByRole("status")).toHaveText(/^Your password was changed, so you were logged out here\./);
  await openUntilLoggedOut(other, "/");
  await expect(other.getByRole("status")).toHaveText(/^Your password was changed/);
});

test("a user of another account is told their name before a reset, and stays logged in", async ({ page }) => {
  const username = await arrive(page, ORIGIN);
  const { email } = await signUp(ORIGIN);
  const token = await recoveryToken(ORIGIN, email);
  await page.goto(`/reset-password#token=${token}`);
  await expect(page.getByRole("main")).toContainText(`You are logged in here as ${username}. This link is about the account`);
  await newPassword(page).fill(NEW);
  await save(page).click();
  await expect(heading(page)).toHaveText("Your new password is saved");
  await expect(heading(page)).toBeFocused();
  await expect(page.getByRole("main")).toContainText(`You are logged in here as ${username}.`);
  await page.getByRole("main").getByRole("button", { name: "Log out" }).click();
  await expect(heading(page)).toHaveText("Your new password is saved");
  await page.getByRole("main").getByRole("link", { name: "Log in" }).click();
  await logInByForm(page, email, NEW);
  await expect(heading(page)).not.toContainText(username);
  await expect(page).toHaveURL("/");
  expect(PASSWORD).not.toBe(NEW);
});

test("a login in another tab leaves the page its link", async ({ page }) => {
  const { email } = await signUp(ORIGIN);
  const token = await recoveryToken(ORIGIN, email);
  await page.goto(`/reset-password#token=${token}`);
  await expect(save(page)).toBeEnabled();
  const tab = await page.context().newPage();
  const username = await arrive(tab, ORIGIN);
  await expect(page.getByRole("main")).toContainText(`You are logged in here as ${username}.`);
  await newPassword(page).fill(NEW);
  await save(page).click();
  await expect(heading(page)).toHaveText("Your new password is saved");
});
