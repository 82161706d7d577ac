import { type Browser, expect, type Page, test } from "playwright/test";
import { changeEmail, freshEmail, newOwner } from "./email-changes.ts";
import { pressOn } from "./keyboard.ts";
import { arrive, logInByForm, openUntilLoggedOut, untilScriptsRun } from "./people.ts";
import { readMailAbout } from "./recovery.ts";

// The links that confirm an address, and that bring an old one back.

const ORIGIN = process.env.TEST_ORIGIN ?? "";

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const main = (page: Page) => page.getByRole("main");
const confirm = (page: Page) => page.getByRole("button", { name: "Confirm my address" });
const undo = (page: Page) => page.getByRole("button", { name: "Undo the change" });

async function anotherBrowser(browser: Browser): Promise<Page> {
  return (await browser.newContext({ baseURL: ORIGIN })).newPage();
}

test("an address is confirmed in any browser, by the keyboard, and a second time it is confirmed already", async ({
  page,
  browser,
}) => {
  const { token, user } = await newOwner(ORIGIN);
  for (const visitor of [page, await anotherBrowser(browser)]) {
    await visitor.goto(`/confirm-email#token=${token}`);
    await pressOn(visitor, confirm(visitor));
    await expect(heading(visitor)).toHaveText("Your address is confirmed");
    await expect(heading(visitor)).toBeFocused();
  }
  await pressOn(page, main(page).getByRole("link", { name: "Log in" }));
  await logInByForm(page, user.username);
  await expect(main(page)).toContainText(`${user.email} is confirmed.`);
});

test("a signed-in user is told their name before they confirm, and goes on from there", async ({ page }) => {
  const username = await arrive(page, ORIGIN);
  const { token } = await newOwner(ORIGIN);
  await page.goto(`/confirm-email#token=${token}`);
  await expect(main(page)).toContainText(`You are logged in here as ${username}. This link is about the account`);
  await confirm(page).click();
  await expect(heading(page)).toHaveText("Your address is confirmed");
  await expect(main(page)).toContainText(`You are logged in here as ${username}.`);
  await main(page).getByRole("link", { name: "Go on" }).click();
  await expect(heading(page)).toHaveText(`Welcome, ${username}`);
});

test("a dead link leads to where the account sends a new mail, through the login", async ({ page }) => {
  const { user } = await newOwner(ORIGIN);
  await page.goto("/confirm-email#token=worn-out");
  await confirm(page).click();
  await expect(heading(page)).toHaveText("This link can't be used any more");
  await main(page).getByRole("link", { name: "Log in to your account" }).click();
  await logInByForm(page, user.username);
  await expect(page).toHaveURL("/account#email-address");
  await page.goto("/confirm-email");
  await main(page).getByRole("link", { name: "Go to your account" }).click();
  await expect(page).toHaveURL("/account#email-address");
});

test("the owner of an old address gets it back in another browser, once and for all, with a mail for a new password", async ({
  page,
  browser,
}) => {
  const { user, cookies } = await newOwner(ORIGIN);
  const stolen = freshEmail();
  const { undo: token } = await changeEmail(ORIGIN, cookies, user.email, stolen);
  const thief = await anotherBrowser(browser);
  await thief.goto("/login");
  await logInByForm(thief, stolen);
  await expect(heading(thief)).toHaveText(`Welcome, ${user.username}`);
  for (const visitor of [page, await anotherBrowser(browser)]) {
    await visitor.goto(`/undo-email-change#token=${token}`);
    await pressOn(visitor, undo(visitor));
    await expect(heading(visitor)).toHaveText("Your address is back");
    await expect(heading(visitor)).toBeFocused();
  }
  await openUntilLoggedOut(thief, "/account");
  await expect(thief.getByRole("status")).toHaveText(/^Your email address was changed, so you were logged out here\./);
  const mail = await readMailAbout(user.email, "Set a new password");
  await page.goto(`/reset-password#token=${mail.token}`);
  await page.getByLabel("New password", { exact: true }).fill("rashomon-gate-1950");
  await page.getByRole("button", { name: "Save the password" }).click();
  await expect(page).toHaveURL("/login");
  await logInByForm(page, user.email, "rashomon-gate-1950");
  await expect(heading(page)).toHaveText(`Welcome, ${user.username}`);
});

test("an undo in the account's own browser logs it out, and the page says so at once", async ({ page }) => {
  const { user, cookies } = await newOwner(ORIGIN);
  const { undo: token } = await changeEmail(ORIGIN, cookies, user.email, freshEmail());
  await page.goto("/login");
  await logInByForm(page, user.username);
  await expect(heading(page)).toHaveText(`Welcome, ${user.username}`);
  await page.goto(`/undo-email-change#token=${token}`);
  await expect(main(page)).toContainText(`You are logged in here as ${user.username}.`);
  await undo(page).click();
  await expect(heading(page)).toHaveText("Your address is back");
  await expect(page.getByText(user.username)).toHaveCount(0);
  await expect(page.getByRole("banner").getByRole("link", { name: "Log in" })).toBeVisible();
});

test("a confirmed address is confirmed in the browser's other tabs at once", async ({ page, context }) => {
  const { token, user } = await newOwner(ORIGIN);
  await page.goto("/login");
  await logInByForm(page, user.username);
  await expect(page.getByRole("heading", { name: "Next: confirm your address" })).toBeVisible();
  await untilScriptsRun(page);
  const mail = await context.newPage();
  await mail.goto(`/confirm-email#token=${token}`);
  await confirm(mail).click();
  await expect(heading(mail)).toHaveText("Your address is confirmed");
  await expect(main(page)).toContainText(`${user.email} is confirmed.`);
});
