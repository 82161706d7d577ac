import { type Browser, expect, type Page, test } from "playwright/test";
import { freePort } from "#db/embedded/ports.ts";
import { freshName, PASSWORD } from "./client.ts";
import { startPostgres, startServer } from "./harness.ts";
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
  const port = await freePort();
  const server = await startServer({
    DATABASE_URL: postgres.url,
    EMAIL_VERIFICATION: "required",
    SMTP_URL: mails.url,
    MAIL_FROM,
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    WEB_CONCURRENCY: "1",
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
  await page.getByRole("button", { name: "Sign up" }).click();
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
    /^Your email address is not confirmed yet\. We sent you an email:/,
  );
  expect(await page.context().cookies()).toEqual([]);

  const elsewhere = await confirm(browser, address, "Welcome to MovieConnect: please confirm your address");
  await pressOn(elsewhere, main(elsewhere).getByRole("link", { name: "Log in" }));
  await logInByForm(elsewhere, username);
  await expect(main(elsewhere)).toContainText(`${address} is confirmed.`);
  await page.getByRole("button", { name: "Log in" }).click();
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
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(heading(page)).toHaveText(`Welcome, ${username}`);
});
