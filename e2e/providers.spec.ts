import { type ConsoleMessage, expect, type Page, test } from "playwright/test";
import { allow, arriveWith, logInWith, NAMES, ORIGIN, signInThere } from "#e2e/providers/browser.ts";
import { changeSession } from "./change-session.ts";
import { freshName, logIn, PASSWORD, send, signUp } from "./client.ts";
import { withDatabase } from "./harness.ts";
import { pressOn, typeInto } from "./keyboard.ts";
import { logInByForm, openUntilLoggedOut, takeCookies, untilScriptsRun } from "./people.ts";
import { readMailAbout } from "./recovery.ts";
import { expectAccessible, expectUsable } from "./usable.ts";

// Logging in with other providers: a real OpenID provider, and a stand-in for GitHub. Both are at another site.

test.use({ baseURL: ORIGIN });

const DATABASE = process.env.TEST_DATABASE_URL ?? "";

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const part = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const ways = (page: Page) => part(page, "Ways to log in");
const row = (page: Page, name: string) =>
  ways(page)
    .getByRole("listitem")
    .filter({ hasText: new RegExp(`^${name}`) });
const said = (page: Page) => page.locator(".notice:not(.late)").filter({ visible: true });
const dialog = (page: Page) => page.getByRole("dialog");
const forgetProof = (refreshToken: string) => changeSession(DATABASE, refreshToken, "authenticated_at = '-infinity'");

async function complete(page: Page, username?: string): Promise<void> {
  if (username !== undefined) await page.getByLabel("Username").fill(username);
  await page.getByLabel("Date of birth").fill("1990-01-02");
  await button(page, "Create my account").click();
}

const usersCalled = (username: string) =>
  withDatabase(DATABASE, (query) => query("select id from users where username = $1", [username]));

test.describe("logging in", () => {
  test("a newcomer completes the signup and gets to the page that they asked for; the next login asks for nothing", async ({
    page,
  }) => {
    const name = freshName();
    await page.goto("/signup?next=%2Faccount%23devices");
    await button(page, "Sign up with single sign-on").click();
    await signInThere(page, name);
    await expect(page).toHaveURL(/\/signup\/complete\?next=/);
    await expect(heading(page)).toHaveText(`Almost there, ${name}`);
    await expect(page.getByLabel("Username")).toHaveValue(name);
    await expect(page.getByLabel("Email")).toHaveValue(`${name}@example.com`);
    await button(page, "Create my account").click();
    await expect(page.getByLabel("Date of birth")).toBeFocused();
    await expect(page.getByLabel("Date of birth")).toHaveAccessibleDescription(/Enter your date of birth\./);
    expect(await usersCalled(name)).toEqual([]);
    await complete(page);
    await expect(page).toHaveURL("/account#devices");
    await expect(part(page, "Email address")).toContainText(`${name}@example.com is confirmed.`);
    await button(page, "Log out").click();
    await expect(said(page)).toHaveText("You are logged out. See you soon.");
    await logInWithoutPages(page);
    await expect(heading(page)).toHaveText(`Welcome, ${name}`);
  });

  test("an address that is typed in place of the provider's has to be confirmed", async ({ page }) => {
    const name = freshName();
    const email = `${freshName()}@example.com`;
    await page.goto("/login");
    await logInWith(page, "oidc", name);
    await page.getByLabel("Email").fill(email);
    await complete(page);
    await expect(heading(page)).toHaveText(`Welcome, ${name}`);
    await expect(page.getByRole("main")).toContainText(email);
    const { token } = await readMailAbout(email, "Welcome to MovieConnect: please confirm your address");
    await page.goto(`/confirm-email#token=${token}`);
    await button(page, "Confirm my address").click();
    await expect(heading(page)).toHaveText("Your address is confirmed");
  });

  test("an address that the provider has not verified is not taken over", async ({ page }) => {
    const name = `unverified-${freshName()}`;
    await page.goto("/login");
    await logInWith(page, "oidc", name);
    await expect(page.getByLabel("Email")).toHaveValue("");
    await complete(page);
    await expect(page.getByLabel("Email")).toHaveAccessibleDescription(/Enter your email address\./);
  });

  test("consent that is cancelled at the provider is said once, and the buttons are there to begin again", async ({ page }) => {
    await page.goto("/login?next=%2Faccount");
    await button(page, "Log in with GitHub").click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(said(page)).toHaveText(/^You are not logged in: that was cancelled at GitHub\./);
    await expect(page).toHaveURL("/login?next=%2Faccount");
    await page.reload();
    await expect(said(page)).toHaveText("Please log in to see that page.");
    const name = freshName();
    await logInWith(page, "github", name);
    await complete(page, name);
    await expect(page).toHaveURL("/account");
  });

  test("the back button of the browser leads from the provider to a login page that works", async ({ page }) => {
    await page.goto("/login");
    await button(page, "Log in with single sign-on").click();
    await expect(page.getByLabel("Login name")).toBeVisible();
    await page.goBack();
    await expect(button(page, "Log in with single sign-on")).toBeEnabled();
    const name = freshName();
    await logInWith(page, "oidc", name);
    await expect(heading(page)).toHaveText(`Almost there, ${name}`);
  });

  test("of two tabs that go to a provider the later one logs in, and the earlier one says what happened", async ({
    page,
    context,
  }) => {
    const { username } = await arriveWith(context, "oidc");
    await context.clearCookies();
    const other = await context.newPage();
    const third = await context.newPage();
    for (const tab of [page, other, third]) await tab.goto("/login");
    await untilScriptsRun(third);
    for (const tab of [page, other]) {
      await button(tab, "Log in with single sign-on").click();
      await expect(tab.getByLabel("Login name")).toBeVisible();
    }
    await signInThere(page, username);
    await expect(said(page)).toHaveText(/^That login with single sign-on can't be used any more/);
    await signInThere(other, username);
    await expect(heading(other)).toHaveText(`Welcome, ${username}`);
    // The tabs that show a login form go on by themselves.
    for (const tab of [page, third]) await expect(heading(tab)).toHaveText(`Welcome, ${username}`);
  });

  test("a tab that comes back too late to a session says that, and leads on or out", async ({ page, context }) => {
    const { username } = await arriveWith(context, "oidc");
    await page.goto("/login?error=expired&provider=oidc&next=%2Faccount");
    await expect(heading(page)).toHaveText("You are logged in already");
    await expect(said(page)).toHaveText(/^That login with single sign-on can't be used any more/);
    await expect(page.getByRole("main")).toContainText(`You are logged in here as ${username}.`);
    await page.getByRole("link", { name: "Go on" }).click();
    await expect(page).toHaveURL("/account");
  });

  test("every failure is said in words that name the provider, and no word of the query is shown", async ({ page }) => {
    const words = {
      cancelled: /^You are not logged in: that was cancelled at GitHub/,
      expired: /^That login with GitHub can't be used any more/,
      unavailable: /^A login with GitHub isn't possible just now/,
      failed: /^The login with GitHub didn't work/,
      account_disabled: /^Your account has been switched off/,
      email_not_verified: /then log in with GitHub again/,
    };
    for (const [error, text] of Object.entries(words)) {
      await page.goto(`/login?error=${error}&provider=github`);
      await expect(said(page)).toHaveText(text);
      await expect(page).toHaveURL("/login");
    }
    await page.goto("/login?error=failed&provider=Call+0900+now");
    await expect(said(page)).toHaveText(/^The login with the other site didn't work/);
    await page.goto("/login?error=Call+0900+now");
    await expect(page.getByRole("main")).not.toContainText("0900");
  });

  test("a disabled account is told so, and is not logged in", async ({ page, context }) => {
    const { username } = await arriveWith(context, "oidc");
    await context.clearCookies();
    await withDatabase(DATABASE, (query) => query("update users set is_active = false where username = $1", [username]));
    await page.goto("/login");
    await logInWith(page, "oidc", username);
    await expect(said(page)).toHaveText(/^Your account has been switched off\./);
    await expect(button(page, "Log in with single sign-on")).toBeEnabled();
  });

  test("a login that can't begin is said at its buttons, which can be tried again", async ({ page }) => {
    await page.clock.install();
    await page.goto("/login");
    await page.route("**/api/auth/signin/github", (route) =>
      route.fulfill({ status: 429, headers: { "retry-after": "90" }, contentType: "application/json", body: "{}" }),
    );
    await pressOn(page, button(page, "Log in with GitHub"));
    await expect(said(page)).toHaveText(/^Too many attempts\./);
    await expect(button(page, "Log in with single sign-on")).toBeDisabled();
    await page.clock.fastForward("01:30");
    await expect(said(page)).toHaveText("You can try again now.");
    await page.unroute("**/api/auth/signin/github");
    await page.context().setOffline(true);
    await pressOn(page, button(page, "Log in with GitHub"));
    await expect(said(page)).toHaveText(/^MovieConnect can't be reached just now\./);
    await page.context().setOffline(false);
    await page.keyboard.press("Enter");
    await expect(page.getByLabel("Login name")).toBeVisible();
  });

  test("without scripts the buttons look disabled, and the page says what they need", async ({ browser }) => {
    const context = await browser.newContext({ baseURL: ORIGIN, javaScriptEnabled: false });
    const dead = await context.newPage();
    for (const [path, verb, doing] of [
      ["/login", "Log in", "Logging in"],
      ["/signup", "Sign up", "Signing up"],
      ["/signup/complete", "Log in", "Logging in"],
    ]) {
      await dead.goto(path ?? "");
      for (const name of Object.values(NAMES)) await expect(button(dead, `${verb} with ${name}`)).toBeDisabled();
      await expect(dead.getByText(/JavaScript/).filter({ visible: true })).toHaveText(new RegExp(`^${doing} needs JavaScript`));
    }
    await context.close();
  });
});

test.describe("completing the signup", () => {
  test("an address that is another account's is said first; logged in to that account, they add the provider", async ({
    page,
  }) => {
    const { username } = await signUp(ORIGIN);
    await page.goto("/login");
    await logInWith(page, "oidc", username);
    await expect(heading(page)).toHaveText("You have an account already");
    await expect(page.getByRole("main")).toContainText(`There is an account with ${username}@example.com.`);
    await expect(page.getByLabel("Email")).toHaveValue("");
    await page.getByRole("link", { name: "Log in to it" }).click();
    await logInByForm(page, username);
    await expect(page).toHaveURL("/account#ways-in");
    await button(page, "Add single sign-on").click();
    await expect(said(page)).toHaveText(/^Single sign-on is added: you can log in with it from now on\./);
    await expect(said(page)).toBeFocused();
    await expect(page).toHaveURL("/account");
    await button(page, "Log out").click();
    await logInWithoutPages(page);
    await expect(heading(page)).toHaveText(`Welcome, ${username}`);
  });

  test("after its time it leads through the provider once more, and what was typed is there again", async ({ page, context }) => {
    const name = freshName();
    await page.goto("/login?next=%2Faccount");
    await logInWith(page, "github", name);
    await page.getByLabel("Username").fill(`${name}-2`);
    await context.clearCookies({ name: "pending_signup" });
    await complete(page);
    await expect(said(page)).toHaveText(/^More than 15 minutes have passed/);
    await button(page, "Log in with GitHub").click();
    await signInThere(page, name);
    await expect(page.getByLabel("Username")).toHaveValue(`${name}-2`);
    await expect(page.getByLabel("Date of birth")).toHaveValue("1990-01-02");
    await button(page, "Create my account").click();
    await expect(page).toHaveURL("/account");
  });

  test("opened without a signup to complete, the page leads to one; a signed-in user is sent on", async ({ page, context }) => {
    await page.goto("/signup/complete");
    await expect(heading(page)).toHaveText("Please log in once more");
    const name = freshName();
    await logInWith(page, "oidc", name);
    await complete(page);
    await expect(heading(page)).toHaveText(`Welcome, ${name}`);
    await page.goto("/signup/complete?next=%2Faccount");
    await expect(page).toHaveURL("/account");
    await context.clearCookies();
  });
});

test.describe("on the account's page", () => {
  test("a second provider is added, the first one is removed, and the last way in stays; other tabs and devices follow", async ({
    page,
    context,
    browser,
  }) => {
    const { username, email } = await arriveWith(context, "oidc");
    const other = await context.newPage();
    await other.goto("/account");
    await untilScriptsRun(other);
    const elsewhere = await browser.newContext({ baseURL: ORIGIN });
    const device = await elsewhere.newPage();
    await device.goto("/login");
    await logInWith(device, "oidc", username);
    await expect(heading(device)).toHaveText(`Welcome, ${username}`);

    await page.goto("/account");
    await expect(row(page, NAMES.oidc)).toContainText("There is no other way in, so it can't be removed.");
    await expect(row(page, NAMES.oidc).getByRole("button")).toHaveCount(0);
    await expect(row(page, NAMES.github)).toContainText("Not added.");
    await pressOn(page, button(page, "Add GitHub"));
    await signInThere(page, username);
    await expect(said(page)).toHaveText(/^GitHub is added: you can log in with it from now on\./);
    await expect(row(other, NAMES.github)).toContainText("It opens your account.");
    await readMailAbout(email, "You can now log in with GitHub");
    await openUntilLoggedOut(device, "/account");
    await elsewhere.close();

    await pressOn(page, button(page, "Remove single sign-on"));
    await pressOn(page, button(page, "Remove it"));
    await expect(row(page, NAMES.oidc)).toContainText(
      "Removed. It opens your account no more, and all other devices are logged out.",
    );
    await expect(row(page, NAMES.oidc)).toBeFocused();
    await expect(button(page, "Add single sign-on")).toBeVisible();
    await expect(row(page, NAMES.github)).toContainText("There is no other way in, so it can't be removed.");
    await expect(button(other, "Add single sign-on")).toBeVisible();
    // The page has been rendered anew since, and still says it.
    await expect(part(page, "Activity").getByRole("listitem").first()).toContainText("removed");
    await expect(row(page, NAMES.oidc)).toContainText("Removed.");
    await expect(row(page, NAMES.oidc)).toBeFocused();
  });

  test("the last way in is refused in words, too, if another tab has removed the others", async ({ page, context }) => {
    const { username } = await arriveWith(context, "github");
    await withDatabase(DATABASE, (query) =>
      query(
        `insert into accounts ("userId", type, provider, "providerAccountId") select id, 'oidc', 'oidc', $1 from users where username = $1`,
        [username],
      ),
    );
    await page.goto("/account");
    await button(page, "Remove GitHub").click();
    await withDatabase(DATABASE, (query) =>
      query(`delete from accounts where provider = 'oidc' and "providerAccountId" = $1`, [username]),
    );
    await button(page, "Remove it").click();
    await expect(said(page)).toHaveText("It is the only way into your account. Set a password or add a passkey first.");
  });

  test("what opens another account can't be added, and is cancelled without a change", async ({ page, context }) => {
    const { username: theirs } = await arriveWith(context, "github");
    await context.clearCookies();
    await arriveWith(context, "oidc");
    await page.goto("/account");
    await button(page, "Add GitHub").click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(said(page)).toHaveText("Nothing has changed: it was cancelled at GitHub.");
    await expect(said(page)).toBeFocused();
    await button(page, "Add GitHub").click();
    await signInThere(page, theirs);
    await expect(said(page)).toHaveText(/^Nothing has changed: you came back from GitHub with an account that opens another/);
    await expect(row(page, NAMES.github)).toContainText("Not added.");
  });

  test("an account without a password proves at the provider who it is, and goes on where it was, by the keyboard alone", async ({
    page,
    context,
  }) => {
    const { username, refreshToken } = await arriveWith(context, "oidc");
    await forgetProof(refreshToken);
    const fresh = `${freshName()}@example.com`;
    await page.goto("/account");
    const address = part(page, "Email address");
    await typeInto(page, address.getByLabel("New address"), fresh);
    await page.keyboard.press("Enter");
    await expect(dialog(page)).toContainText("log in to single sign-on once more");
    await expectAccessible(page);
    await pressOn(page, button(page, "Confirm with single sign-on"));
    await typeInto(page, page.getByLabel("Login name"), username);
    await page.keyboard.press("Enter");
    await allow(page);
    await expect(page).toHaveURL("/account");
    await expect(address.locator(".notice:not(.late)")).toHaveText("Confirmed that it is you. You can go on now.");
    await expect(address.locator(".notice:not(.late)")).toBeFocused();
    // Nothing is repeated by itself, and what was typed is there.
    await expect(address.getByRole("status").filter({ hasText: fresh })).toHaveCount(0);
    await expect(address.getByLabel("New address")).toHaveValue(fresh);
    await pressOn(page, button(page, "Change the address"));
    await expect(address.getByRole("status").filter({ hasText: `We sent an email to ${fresh}.` })).toBeVisible();
    await page.reload();
    await expect(address.locator(".came-back")).toBeEmpty();
  });

  test("another person at the provider proves nothing", async ({ page, context }) => {
    const { refreshToken } = await arriveWith(context, "oidc");
    await forgetProof(refreshToken);
    await page.goto("/account");
    await button(page, "Download my data").click();
    await button(page, "Confirm with single sign-on").click();
    await signInThere(page, freshName());
    await expect(part(page, "Your data").locator(".notice:not(.late)")).toHaveText(
      /^Nothing has changed: you came back from single sign-on as somebody else\./,
    );
    await button(page, "Download my data").click();
    await expect(dialog(page)).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(part(page, "Your data").getByRole("alert")).toHaveText(
      "Nothing has changed: this needs you to confirm that it is you.",
    );
  });

  test("where a provider can't say when they logged in, a new login is the proof, and leads back to the same part", async ({
    page,
    context,
  }) => {
    const { username, refreshToken } = await arriveWith(context, "github");
    await forgetProof(refreshToken);
    await page.goto("/account");
    const leaving = part(page, "Leave");
    await leaving.getByLabel("Type your username").fill(username);
    await button(page, "Delete my account").click();
    await button(page, "Confirm with GitHub").click();
    await expect(
      dialog(page)
        .getByRole("alert")
        .filter({ hasText: /^It can't tell us whether it is you\./ }),
    ).toBeVisible();
    await button(page, "Log in again with GitHub").click();
    await signInThere(page, username);
    await expect(leaving.locator(".notice:not(.late)")).toHaveText("Confirmed that it is you. You can go on now.");
    await leaving.getByLabel("Type your username").fill(username);
    await button(page, "Delete my account").click();
    await expect(said(page)).toHaveText(/^Your account is deleted/);
    expect(await usersCalled(username)).toEqual([]);
  });

  test("a proof is said only where there is one: a link can claim nothing", async ({ page, context }) => {
    const { refreshToken } = await arriveWith(context, "oidc");
    await forgetProof(refreshToken);
    for (const query of ["confirmed=oidc", "linked=github", "linked=Call+0900+now"]) {
      await page.goto(`/account?${query}`);
      await expect(heading(page)).toHaveText("Your account");
      await page.waitForLoadState("networkidle");
      await expect(said(page)).toHaveCount(0);
    }
  });

  test("a first password is set without an old one, and then asks for one", async ({ page, context }) => {
    const { username } = await arriveWith(context, "oidc");
    await page.goto("/account");
    await expect(row(page, "Password")).toContainText("There is none yet.");
    const password = part(page, "Password");
    await password.getByLabel("New password", { exact: true }).fill(PASSWORD);
    await button(page, "Set the password").click();
    await expect(password.getByRole("status").filter({ hasText: "Your new password is saved." })).toBeVisible();
    await expect(password.getByLabel("Current password", { exact: true })).toBeVisible();
    await expect(row(page, "Password")).toContainText("With your username or your email address.");
    await expect(button(page, "Remove single sign-on")).toBeVisible();
    await logIn(ORIGIN, { username, password: PASSWORD });
  });

  test("a provider that is switched off is still shown where it is linked", async ({ page, context }) => {
    const { username } = await signUp(ORIGIN);
    await withDatabase(DATABASE, (query) =>
      query(
        `insert into accounts ("userId", type, provider, "providerAccountId") select id, 'oidc', 'google', $1 from users where username = $1`,
        [username],
      ),
    );
    await takeCookies(
      context,
      ORIGIN,
      (await send(ORIGIN, "POST", "/api/token/", { json: { username, password: PASSWORD } })).cookies,
    );
    await page.goto("/account");
    await expect(row(page, "Google")).toContainText("It is switched off here now");
    await pressOn(page, button(page, "Remove Google"));
    await pressOn(page, button(page, "Remove it"));
    await expect(row(page, "Google")).toHaveCount(0);
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`in ${colorScheme} no page about providers has an accessibility violation, shifts, or scrolls sideways`, async ({
    page,
    context,
  }) => {
    const complaints: string[] = [];
    // Browsers log a refusal of the API to the console, too, and the provider has no icon.
    const isComplaint = (message: ConsoleMessage) => message.type() === "error" && !/status of 4\d\d/.test(message.text());
    page.on("console", (message) => isComplaint(message) && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.emulateMedia({ colorScheme });
    const look = async (path: string) => {
      for (const width of [320, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(path);
        await expectUsable(page);
      }
    };
    await look("/login");
    await look("/login?error=cancelled&provider=oidc");
    await look("/signup");
    await page.goto("/login");
    await logInWith(page, "oidc", (await signUp(ORIGIN)).username);
    await look("/signup/complete");
    await context.clearCookies();
    const { refreshToken } = await arriveWith(context, "github");
    await look("/account");
    await forgetProof(refreshToken);
    await button(page, "Add single sign-on").click();
    await expect(dialog(page)).toBeVisible();
    await expectAccessible(page);
    await button(page, "Confirm with GitHub").click();
    await expect(button(page, "Log in again with GitHub")).toBeVisible();
    await expectAccessible(page);
    await page.goto("/account?error=already_linked&provider=oidc");
    await expect(said(page)).toBeFocused();
    await expectAccessible(page);
    expect(complaints).toEqual([]);
  });
}

/** Logs in where the provider still knows them. */
async function logInWithoutPages(page: Page): Promise<void> {
  await button(page, "Log in with single sign-on").click();
  await page.waitForURL((url) => url.origin === ORIGIN && url.pathname !== "/login");
}
