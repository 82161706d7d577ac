import { readFile } from "node:fs/promises";
import { type Browser, expect, type Page, test } from "playwright/test";
import { allow, ORIGIN as WITH_PROVIDERS } from "#e2e/providers/browser.ts";
import { codeIn } from "./authenticator-app.ts";
import { changeSession } from "./change-session.ts";
import { freshName, PASSWORD, send, signUp } from "./client.ts";
import { pressOn, tabTo, typeInto } from "./keyboard.ts";
import { openUntilLoggedOut } from "./people.ts";
import { readMailAbout } from "./recovery.ts";
import { watchTitles } from "./titles.ts";
import { expectAccessible } from "./usable.ts";
import { plugInAuthenticator } from "./virtual-authenticator.ts";

// The whole life of an account, by the keyboard alone, through every page, with the mails that arrive on the way.

const ORIGIN = process.env.TEST_ORIGIN ?? "";
const DATABASE = process.env.TEST_DATABASE_URL ?? "";
const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";

const SCREENS = {
  "a phone": { width: 390, height: 844 },
  "a desk": { width: 1280, height: 800 },
};

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const main = (page: Page) => page.getByRole("main");
const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: typeof name === "string" });
const link = (page: Page, name: string) => main(page).getByRole("link", { name, exact: true });
const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
const part = (page: Page, title: string) => page.getByRole("region", { name: title, exact: true });

// Every walk also holds that no page is without its title for a moment, however one came to it: expectAccessible would see that by luck.
let untitled: string[];
test.beforeEach(async ({ page }) => {
  untitled = await watchTitles(page);
});
test.afterEach(() => expect(untitled).toEqual([]));

/** Where the walk has come to: a page that is accessible in both themes. */
async function arriveAt(page: Page, title: string | RegExp): Promise<void> {
  await expect(heading(page)).toHaveText(title);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
}

async function logIn(page: Page, name: string, password: string): Promise<void> {
  await typeInto(page, field(page, "Username or email"), name);
  await typeInto(page, field(page, "Password"), password);
  await page.keyboard.press("Enter");
}

async function goToAccount(page: Page): Promise<void> {
  await pressOn(page, page.getByRole("banner").getByRole("link", { name: "Account" }).first());
  await expect(heading(page)).toHaveText("Your account");
}

/** The login of this browser is long ago: what matters asks for the password again. */
async function letProofExpire(page: Page): Promise<void> {
  const { value = "" } = (await page.context().cookies()).find(({ name }) => name === "refresh_token") ?? {};
  await changeSession(DATABASE, value, "authenticated_at = now() - interval '11 minutes'");
}

async function prove(page: Page, password: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  await expectAccessible(page);
  await typeInto(page, dialog.getByLabel("Password", { exact: true }), password);
  await page.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
}

/** Says on a provider's own page who it is, and comes back. */
async function signInThere(page: Page, loginName: string): Promise<void> {
  await typeInto(page, field(page, "Login name"), loginName);
  await page.keyboard.press("Enter");
  await allow(page);
}

async function openFirefox(browser: Browser): Promise<Page> {
  return (await browser.newContext({ baseURL: ORIGIN, userAgent: FIREFOX })).newPage();
}

for (const [screen, viewport] of Object.entries(SCREENS)) {
  test(`a person's whole life here goes by the keyboard alone, from the signup to leaving, on the screen of ${screen}`, async ({
    page,
    browser,
  }) => {
    await page.setViewportSize(viewport);
    const first = { username: freshName(), email: `${freshName()}@example.com` };
    const later = { username: freshName(), email: `${freshName()}@example.com`, password: "rashomon-gate-1950" };
    const last = "throne-of-blood-1957";

    await test.step("sign up and log in", async () => {
      await page.goto("/signup");
      await arriveAt(page, "Sign up");
      await typeInto(page, field(page, "Username"), first.username);
      await typeInto(page, field(page, "Email"), first.email);
      await tabTo(page, field(page, "Date of birth"));
      await page.keyboard.type("01021990");
      await typeInto(page, field(page, "Password"), PASSWORD);
      await page.keyboard.press("Enter");
      await expect(page.getByRole("status")).toHaveText("Your account is ready. Log in.");
      await arriveAt(page, "Log in");
      await expect(field(page, "Password")).toBeFocused();
      await page.keyboard.type(PASSWORD);
      await page.keyboard.press("Enter");
      await arriveAt(page, `Welcome, ${first.username}`);
      await expect(page.getByRole("heading", { name: "Next: confirm your address" })).toBeVisible();
    });

    await test.step("confirm the address", async () => {
      const { token } = await readMailAbout(first.email, "Welcome to MovieConnect: please confirm your address");
      await page.goto(`/confirm-email#token=${token}`);
      await arriveAt(page, "Confirm your address");
      await pressOn(page, button(page, "Confirm my address"));
      await arriveAt(page, "Your address is confirmed");
      await pressOn(page, link(page, "Go on"));
      await expect(main(page)).toContainText(`${first.email} is confirmed.`);
    });

    await test.step("log in on a second browser, see it, and end it", async () => {
      const firefox = await openFirefox(browser);
      await firefox.goto("/login");
      await logIn(firefox, first.email, PASSWORD);
      await expect(heading(firefox)).toHaveText(`Welcome, ${first.username}`);
      await readMailAbout(first.email, "A login from a new device");
      await goToAccount(page);
      await arriveAt(page, "Your account");
      await expect(part(page, "Activity")).toContainText("First login from this device and network");
      const device = part(page, "Devices").getByRole("listitem").filter({ hasText: "Firefox on Windows" });
      await pressOn(page, device.getByRole("button", { name: /^Log out/ }));
      await pressOn(page, device.getByRole("button", { name: "Log it out" }));
      await expect(device).toContainText("Logged out.");
      await openUntilLoggedOut(firefox, "/account");
      await expect(firefox.getByRole("status")).toHaveText(/^You were logged out here from somewhere else\./);
      await firefox.context().close();
    });

    await test.step("change the name, the address and the password", async () => {
      const profile = part(page, "Profile");
      await typeInto(page, profile.getByLabel("Username"), later.username);
      await pressOn(page, profile.getByRole("button", { name: "Save the profile" }));
      await expect(profile.getByRole("status")).toHaveText("Saved.");
      await expect(page.getByRole("banner")).toContainText(later.username);

      await letProofExpire(page);
      const address = part(page, "Email address");
      await typeInto(page, address.getByLabel("New address"), later.email);
      await page.keyboard.press("Enter");
      await prove(page, PASSWORD);
      await expect(address.getByRole("status").filter({ hasText: later.email })).toBeVisible();
      await readMailAbout(later.email, "Please confirm your address");

      const password = part(page, "Password");
      await typeInto(page, password.getByLabel("Current password", { exact: true }), PASSWORD);
      await typeInto(page, password.getByLabel("New password", { exact: true }), later.password);
      await page.keyboard.press("Enter");
      await expect(password.getByRole("status").filter({ hasText: "Your new password is saved." })).toBeVisible();
      await readMailAbout(first.email, "Your password was changed");
      await expectAccessible(page);
    });

    let undo = "";
    await test.step("confirm the new address", async () => {
      // The change of the password made the first mail's link void.
      await letProofExpire(page);
      const address = part(page, "Email address");
      await typeInto(page, address.getByLabel("New address"), later.email);
      await page.keyboard.press("Enter");
      await prove(page, later.password);
      const { token } = await readMailAbout(later.email, "Please confirm your address");
      await page.goto(`/confirm-email#token=${token}`);
      await pressOn(page, button(page, "Confirm my address"));
      await expect(heading(page)).toHaveText("Your address is confirmed");
      await pressOn(page, link(page, "Go on"));
      await expect(main(page)).toContainText(`${later.email} is confirmed.`);
      undo = (await readMailAbout(first.email, "The address of your account was changed")).token;
    });

    await test.step("take the old address back", async () => {
      await page.goto(`/undo-email-change#token=${undo}`);
      await arriveAt(page, "Bring your address back");
      await pressOn(page, button(page, "Undo the change"));
      await arriveAt(page, "Your address is back");
      await readMailAbout(first.email, "Set a new password");
      await pressOn(page, link(page, "ask for another one"));
    });

    await test.step("forget the password, and get a new one", async () => {
      await arriveAt(page, "Forgot your password?");
      await typeInto(page, field(page, "Email"), first.email);
      await page.keyboard.press("Enter");
      await expect(page.locator(".notice:not(.late)")).toBeFocused();
      await expectAccessible(page);
      const { token } = await readMailAbout(first.email, "Set a new password");
      await page.goto(`/reset-password#token=${token}`);
      await arriveAt(page, "Choose a new password");
      await typeInto(page, field(page, "New password"), last);
      await page.keyboard.press("Enter");
      await arriveAt(page, "Log in");
      await expect(page.getByRole("status")).toHaveText(/^Your new password is saved/);
      await readMailAbout(first.email, "You have a new password");
      await logIn(page, later.username, last);
      await arriveAt(page, `Welcome, ${later.username}`);
    });

    await test.step("take everything along", async () => {
      await goToAccount(page);
      await letProofExpire(page);
      await pressOn(page, button(page, "Download my data"));
      const downloading = page.waitForEvent("download");
      await prove(page, last);
      const download = await downloading;
      expect(download.suggestedFilename()).toBe(`movieconnect-${later.username}.json`);
      const text = await readFile(await download.path(), "utf8");
      expect(JSON.stringify(JSON.parse(text))).toContain(first.email);
      await arriveAt(page, "Your account");
    });

    await test.step("leave", async () => {
      await letProofExpire(page);
      await typeInto(page, field(page, "Type your username"), later.username);
      await page.keyboard.press("Enter");
      await prove(page, last);
      await arriveAt(page, "Log in");
      await expect(page.getByRole("status")).toHaveText(/^Your account is deleted/);
      await readMailAbout(first.email, "Your account was deleted");
      const gone = await send(ORIGIN, "POST", "/api/token/", { json: { username: later.username, password: last } });
      expect(gone.status).toBe(401);
      // The name is free again.
      await signUp(ORIGIN, later.username);
    });
  });

  test.describe("with other providers", () => {
    test.use({ baseURL: WITH_PROVIDERS });

    test(`a person comes in by a provider, adds a second one, sets a password, removes the first, and leaves, by the keyboard alone, on the screen of ${screen}`, async ({
      page,
    }) => {
      await page.setViewportSize(viewport);
      const there = freshName();
      const username = freshName();
      const email = `${there}@example.com`;
      const ways = part(page, "Ways to log in");

      await test.step("come in by a provider, and complete the signup", async () => {
        await page.goto("/signup");
        await arriveAt(page, "Sign up");
        await pressOn(page, button(page, "Sign up with single sign-on"));
        await signInThere(page, there);
        await arriveAt(page, `Almost there, ${there}`);
        await typeInto(page, field(page, "Username"), username);
        await tabTo(page, field(page, "Date of birth"));
        await page.keyboard.type("01021990");
        await page.keyboard.press("Enter");
        await arriveAt(page, `Welcome, ${username}`);
        await expect(main(page)).toContainText(`${email} is confirmed.`);
      });

      await test.step("add a second provider, after a proof with the first", async () => {
        await goToAccount(page);
        await letProofExpire(page);
        await pressOn(page, button(page, "Add GitHub"));
        await expect(page.getByRole("dialog")).toBeVisible();
        await expectAccessible(page);
        await pressOn(page, button(page, "Confirm with single sign-on"));
        await signInThere(page, there);
        await expect(ways.locator(".notice:not(.late)")).toHaveText("Confirmed that it is you. You can go on now.");
        await pressOn(page, button(page, "Add GitHub"));
        await signInThere(page, there);
        await expect(ways.locator(".notice:not(.late)")).toHaveText(/^GitHub is added/);
        await arriveAt(page, "Your account");
        await readMailAbout(email, "You can now log in with GitHub");
      });

      await test.step("set a password, and remove the first provider", async () => {
        const password = part(page, "Password");
        await typeInto(page, password.getByLabel("New password", { exact: true }), PASSWORD);
        await page.keyboard.press("Enter");
        await expect(password.getByRole("status").filter({ hasText: "Your new password is saved." })).toBeVisible();
        await pressOn(page, button(page, "Remove single sign-on"));
        await pressOn(page, button(page, "Remove it"));
        await expect(ways).toContainText("Removed. It opens your account no more");
        await expectAccessible(page);
      });

      await test.step("log in with what is left", async () => {
        await pressOn(page, button(page, "Log out"));
        await arriveAt(page, "Log in");
        await pressOn(page, button(page, "Log in with GitHub"));
        await signInThere(page, there);
        await expect(heading(page)).toHaveText(`Welcome, ${username}`);
        await pressOn(page, button(page, "Log out"));
        await logIn(page, username, PASSWORD);
        await expect(heading(page)).toHaveText(`Welcome, ${username}`);
      });

      await test.step("leave, and be a newcomer again", async () => {
        await goToAccount(page);
        await letProofExpire(page);
        await typeInto(page, field(page, "Type your username"), username);
        await page.keyboard.press("Enter");
        await prove(page, PASSWORD);
        await arriveAt(page, "Log in");
        await expect(page.getByRole("status")).toHaveText(/^Your account is deleted/);
        await pressOn(page, button(page, "Log in with GitHub"));
        await signInThere(page, there);
        await expect(heading(page)).toHaveText(`Almost there, ${there}`);
      });
    });
  });
}

test("a person gains two-step login and passkeys: enrols, loses the phone, comes back, and logs in without typing, by the keyboard alone, on a phone", async ({
  page,
  baseURL,
}) => {
  await page.setViewportSize(SCREENS["a phone"]);
  const { username, email } = await signUp(baseURL ?? "");
  const twoStep = part(page, "Two-step login");
  const passkeys = part(page, "Passkeys");
  let [key, recoveryCode] = ["", ""];

  await test.step("enrol codes of an authenticator app, and keep the recovery codes", async () => {
    await page.goto("/login");
    await logIn(page, username, PASSWORD);
    await goToAccount(page);
    await pressOn(page, link(page, "Two-step login"));
    await pressOn(page, twoStep.getByRole("button", { name: "Set up two-step login" }));
    key = ((await twoStep.locator("code").textContent()) ?? "").replaceAll(" ", "");
    await typeInto(page, twoStep.getByLabel("Code that the app shows"), codeIn(key, 0));
    await page.keyboard.press("Enter");
    await expect(twoStep.getByRole("heading", { name: "Keep these recovery codes" })).toBeFocused();
    recoveryCode = (await twoStep.getByRole("listitem").first().textContent()) ?? "";
    await arriveAt(page, "Your account");
    await tabTo(page, twoStep.getByRole("checkbox", { name: "I have kept these codes" }));
    await page.keyboard.press("Space");
    await page.keyboard.press("Enter");
    await expect(twoStep.getByRole("status").filter({ hasText: "Two-step login is on" })).toBeFocused();
    await readMailAbout(email, "Your account now asks for a code, too");
  });

  await test.step("log in with a code", async () => {
    await pressOn(page, button(page, "Log out"));
    await expect(heading(page)).toHaveText("Log in");
    await logIn(page, username, PASSWORD);
    await arriveAt(page, "Enter your code");
    // The app's next code: the first one was used to enrol.
    await typeInto(page, field(page, "Code"), codeIn(key, 1));
    await page.keyboard.press("Enter");
    await expect(heading(page)).toHaveText(`Welcome, ${username}`);
  });

  await test.step("lose the phone, and come in with a recovery code", async () => {
    await pressOn(page, button(page, "Log out"));
    await expect(heading(page)).toHaveText("Log in");
    await logIn(page, username, PASSWORD);
    await expect(heading(page)).toHaveText("Enter your code");
    await pressOn(page, button(page, "Use a recovery code"));
    await expect(field(page, "Recovery code")).toBeFocused();
    await page.keyboard.type(recoveryCode);
    await page.keyboard.press("Enter");
    await expect(heading(page)).toHaveText(`Welcome, ${username}`);
    await readMailAbout(email, "A recovery code was used");
  });

  const device = await plugInAuthenticator(page);
  await test.step("add a passkey", async () => {
    await goToAccount(page);
    await expect(twoStep).toContainText("9 codes left.");
    await pressOn(page, link(page, "Passkeys"));
    await typeInto(page, passkeys.getByLabel("Name", { exact: true }), "My new phone");
    await device.touch(async () => {
      await page.keyboard.press("Enter");
      await expect(passkeys.getByRole("listitem")).toContainText("My new phone");
    });
    await readMailAbout(email, "You can now log in with a passkey");
  });

  await test.step("remove the codes, with the passkey as the proof", async () => {
    await letProofExpire(page);
    await pressOn(page, twoStep.getByRole("button", { name: "Switch it off" }));
    await expect(twoStep.getByRole("group", { name: /^Switch two-step login off\?/ })).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog")).toBeVisible();
    await device.touch(async () => {
      await pressOn(page, button(page, "Use a passkey"));
      await expect(twoStep.getByRole("status").filter({ hasText: "Two-step login is off." })).toBeFocused();
    });
    await arriveAt(page, "Your account");
    await readMailAbout(email, "Your account no longer asks for a code");
  });

  await test.step("log in by autofill", async () => {
    await pressOn(page, button(page, "Log out"));
    await expect(heading(page)).toHaveText("Log in");
    await device.touch(async () => {
      await page.reload();
      await expect(heading(page)).toHaveText(`Welcome, ${username}`);
    });
    await arriveAt(page, `Welcome, ${username}`);
  });
});
