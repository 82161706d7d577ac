import { type Browser, expect, type Page, test } from "playwright/test";
import { logInWith } from "#e2e/providers/browser.ts";
import { startWithProviders } from "#e2e/providers/start-with-providers.ts";
import { freshName, PASSWORD } from "./client.ts";
import { startPostgres } from "./harness.ts";
import { pressOn } from "./keyboard.ts";
import { MAIL_FROM, type MailServer, startMailServer } from "./mail-server.ts";
import { fillSignUp, logInByForm } from "./people.ts";
import { readMailAbout } from "./recovery.ts";
import { expectAccessible } from "./usable.ts";

// Where EMAIL_VERIFICATION is "required". The application has a database of its own: servers that share one share its mails.

let origin = "";
let mails: MailServer;
let stop: () => Promise<void>;
test.beforeAll(async () => {
  const postgres = await startPostgres();
  mails = await startMailServer();
  const server = await startWithProviders({
    DATABASE_URL: postgres.url,
    EMAIL_VERIFICATION: "required",
    SMTP_URL: mails.url,
    MAIL_FROM,
  });
  origin = server.origin;
  stop = async () => {
    await server.stop();
    await mails.stop();
    await postgres.stop();
  };
});
test.afterAll(() => stop());

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const main = (page: Page) => page.getByRole("main");

const anotherBrowser = async (browser: Browser) => (await browser.newContext({ baseURL: origin })).newPage();

async function signUp(page: Page, username: string, email = `${username}@example.com`): Promise<void> {
  await fillSignUp(page, username);
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Sign up", exact: true }).click();
  await expect(page).toHaveURL("/login");
}

/** Opens the link of the next mail with this subject in another browser, and uses it. */
async function confirm(browser: Browser, address: string, subject: string): Promise<Page> {
  const { token } = await readMailAbout(address, subject, mails.directory);
  const page = await anotherBrowser(browser);
  await page.goto(`/confirm-email#token=${token}`);
  await pressOn(page, page.getByRole("button", { name: "Confirm my address" }));
  await expect(heading(page)).toHaveText("Your address is confirmed");
  return page;
}

test("where verification is required, the pages lead from the signup through the mailbox to the first login, and to a new address", async ({
  browser,
}) => {
  const username = freshName();
  const address = `${username}@example.com`;
  const page = await anotherBrowser(browser);
  await page.goto("/signup");
  await signUp(page, username);
  await expect(main(page).getByRole("status")).toContainText(
    `open the link in the email that we sent to ${address}, then log in`,
  );
  await expectAccessible(page);
  await logInByForm(page, username);
  await expect(page.locator("form").getByRole("alert")).toHaveText(
    /^Your email address is not confirmed yet\. Open the link in our email,/,
  );
  expect(await page.context().cookies()).toEqual([]);

  const elsewhere = await confirm(browser, address, "Welcome to MovieConnect: please confirm your address");
  await pressOn(elsewhere, main(elsewhere).getByRole("link", { name: "Log in" }));
  await logInByForm(elsewhere, username);
  await expect(main(elsewhere)).toContainText(`${address} is confirmed.`);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await expect(heading(page)).toHaveText(`Welcome, ${username}`);

  const fresh = `${freshName()}@example.com`;
  await page.goto("/account");
  await page.getByLabel("New address").fill(fresh);
  await page.getByRole("button", { name: "Change the address" }).click();
  await expect(page.getByText(`We sent an email to ${fresh}.`)).toBeVisible();
  await confirm(browser, fresh, "Please confirm your address");
  await page.reload();
  await expect(main(page)).toContainText(`${fresh} is confirmed.`);
  await page.getByRole("button", { name: "Log out", exact: true }).click();
  await logInByForm(page, fresh);
  await expect(heading(page)).toHaveText(`Welcome, ${username}`);
});

test("a person who mistyped the address at the signup sees it, and gets in with the right one", async ({ browser }) => {
  const [mistyped, address] = [`${freshName()}@exmaple.com`, `${freshName()}@example.com`];
  const page = await anotherBrowser(browser);
  await page.goto("/signup");
  await signUp(page, freshName(), mistyped);
  await expect(main(page).getByRole("status")).toContainText(mistyped);
  await page.getByRole("link", { name: "sign up again" }).click();
  const username = freshName();
  await signUp(page, username, address);
  await expect(main(page).getByRole("status")).toContainText(address);
  await expect(page.getByLabel("Username or email")).toHaveValue(username);
  await confirm(browser, address, "Welcome to MovieConnect: please confirm your address");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await expect(heading(page)).toHaveText(`Welcome, ${username}`);
});

test("where verification is required, a newcomer of a provider confirms an address that it has not verified before the first login", async ({
  browser,
}) => {
  const username = freshName();
  const email = `${username}@example.com`;
  const page = await anotherBrowser(browser);
  await page.goto("/login?next=%2Faccount");
  await logInWith(page, "oidc", `unverified-${username}`);
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Date of birth").fill("1990-01-02");
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Create my account" }).click();
  await expect(page).toHaveURL("/login?next=%2Faccount");
  await expect(page.getByRole("status")).toContainText(`open the link in the email that we sent to ${email}`);
  await page.getByRole("button", { name: "Log in with single sign-on" }).click();
  await expect(page.getByRole("status")).toHaveText(/^Your email address is not confirmed yet\./);
  await confirm(browser, email, "Welcome to MovieConnect: please confirm your address");
  await page.getByRole("button", { name: "Log in with single sign-on" }).click();
  await expect(page).toHaveURL("/account");
});
