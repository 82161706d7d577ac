import { expect, type Page, test } from "playwright/test";
import { PASSWORD, signUp } from "./client.ts";
import { withDatabase } from "./harness.ts";
import { pressOn } from "./keyboard.ts";
import { logInByForm, signIn, takeCookies, untilScriptsRun } from "./people.ts";
import { expectAccessibleEverywhere } from "./usable.ts";
import { type Authenticator, addPasskey, openLogIn, plugInAuthenticator } from "./virtual-authenticator.ts";

// Logging in with a passkey, and the offer to add one.

const DATABASE = process.env.TEST_DATABASE_URL ?? "";

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const byPasskey = (page: Page) => button(page, "Log in with a passkey");
const alert = (page: Page) => page.getByRole("alert").filter({ hasText: /./ });
const offer = (page: Page) => page.getByRole("region", { name: "Log in faster next time" });

const asUrl = (base64: string) => Buffer.from(base64, "base64").toString("base64url");

const TRY_AGAIN = "That was cancelled, or your device couldn't tell that it is you. Try again when you are ready.";
const NOT_ACCEPTED = /^That passkey was not accepted\./;

/** A new account with a passkey in the page's device, logged out. Its other passkeys can be added with the session's cookies. */
async function logOutWithPasskey(page: Page, baseURL: string | undefined) {
  const { user, cookies } = await signIn(page.context(), baseURL ?? "");
  const device = await plugInAuthenticator(page);
  await page.goto("/");
  await addPasskey(page, device);
  await page.context().clearCookies();
  return { user, cookies, device };
}

/** Logs in by the button, and out. */
async function expectToLogIn(page: Page, device: Authenticator, username: string): Promise<void> {
  await openLogIn(page);
  await device.touch(async () => {
    await pressOn(page, byPasskey(page));
    await expect(heading(page)).toHaveText(`Welcome, ${username}`);
  });
  await page.context().clearCookies();
}

/** Takes the only passkey out of the device. */
async function takeOut(device: Authenticator) {
  const [kept] = await device.passkeys();
  if (!kept) throw new Error("the device has no passkey");
  await device.remove(kept.credentialId);
  return kept;
}

test("a passkey that is picked in the field of the username logs in, to the page that was asked for, in every tab", async ({
  page,
  context,
  baseURL,
}) => {
  const { user, device } = await logOutWithPasskey(page, baseURL);
  const other = await context.newPage();
  await other.goto("/login?next=%2Faccount");
  await untilScriptsRun(other);
  await page.bringToFront();
  await device.touch(async () => {
    await page.goto("/login?next=%2Faccount%23devices");
    await expect(page).toHaveURL("/account#devices");
  });
  await expect(page.getByRole("banner")).toContainText(user.username);
  await expect(heading(other)).toHaveText("Your account");
});

test("a login form that is open for long offers passkeys with a new challenge before the old one ends", async ({
  page,
  baseURL,
}) => {
  const { user, device } = await logOutWithPasskey(page, baseURL);
  await page.clock.install();
  const asked = () => page.waitForResponse(/\/api\/token\/passkey\/options\/$/);
  const [first] = await Promise.all([asked(), openLogIn(page)]);
  await device.touch(async () => {
    const [second] = await Promise.all([asked(), page.clock.fastForward("04:00")]);
    expect((await second.json()).challenge).not.toBe((await first.json()).challenge);
    await page.clock.resume();
    await expect(heading(page)).toHaveText(`Welcome, ${user.username}`);
  });
});

test("each of several passkeys logs in; one that was removed is refused at the button's place, and the password still works", async ({
  page,
  baseURL,
}) => {
  const { user, cookies, device } = await logOutWithPasskey(page, baseURL);
  const first = await takeOut(device);
  await takeCookies(page.context(), baseURL ?? "", cookies);
  await addPasskey(page, device);
  await page.context().clearCookies();
  await expectToLogIn(page, device, user.username);

  const second = await takeOut(device);
  await device.put(first);
  await expectToLogIn(page, device, user.username);
  await withDatabase(DATABASE, (query) => query("delete from passkeys where credential_id = $1", [asUrl(first.credentialId)]));
  await openLogIn(page);
  await device.touch(async () => {
    await pressOn(page, byPasskey(page));
    await expect(alert(page)).toHaveText(NOT_ACCEPTED);
  });
  await expect(byPasskey(page)).toBeFocused();
  await expectAccessibleEverywhere(page);
  await logInByForm(page, user.username);
  await expect(heading(page)).toHaveText(`Welcome, ${user.username}`);
  expect(second.credentialId).not.toBe(first.credentialId);
});

test("a copy of a passkey is refused: its count is behind that of the passkey", async ({ page, baseURL }) => {
  const { user, device } = await logOutWithPasskey(page, baseURL);
  const copy = await takeOut(device);
  await device.put({ ...copy, signCount: 1_000 });
  await expectToLogIn(page, device, user.username);
  await takeOut(device);
  await device.put(copy);
  await openLogIn(page);
  await device.touch(async () => {
    await byPasskey(page).click();
    await expect(alert(page)).toHaveText(NOT_ACCEPTED);
  });
});

test("a device that does not recognize its user logs nobody in, nor does a person who takes too long", async ({
  page,
  baseURL,
}) => {
  const { device } = await logOutWithPasskey(page, baseURL);
  await device.setVerified(false);
  await openLogIn(page);
  await device.touch(async () => {
    await pressOn(page, byPasskey(page));
    await expect(alert(page)).toHaveText(TRY_AGAIN);
  });
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  // The browser gives up after this time, which is its own choice otherwise.
  await page.route("/api/token/passkey/options/", async (route) => {
    await held;
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), timeout: 1_000 } });
  });
  await pressOn(page, byPasskey(page));
  await expect(button(page, "Asking for your passkey…")).toBeVisible();
  release();
  await expect(alert(page)).toHaveText(TRY_AGAIN);
  await expect(byPasskey(page)).toBeFocused();
  // The autofill may be asking anew just now.
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("the home page offers a passkey after a login with a password, and adds it without asking for a proof", async ({
  page,
  baseURL,
}) => {
  const { username } = await signUp(baseURL ?? "");
  const device = await plugInAuthenticator(page);
  await page.goto("/login");
  await logInByForm(page, username);
  await expect(offer(page)).toBeVisible();
  await device.setVerified(false);
  await device.touch(async () => {
    await pressOn(page, button(page, "Add a passkey"));
    await expect(offer(page).getByRole("alert")).toHaveText(TRY_AGAIN);
    await expectAccessibleEverywhere(page);
    await device.setVerified(true);
    await pressOn(page, button(page, "Add a passkey"));
    await expect(offer(page).getByRole("status")).toHaveText("Done. Next time, log in with the passkey.");
  });
  await expect(button(page, "Close")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(offer(page)).toHaveCount(0);
  expect(await device.passkeys()).toHaveLength(1);
});

test("the offer of a passkey comes once: not after a login without the password, not again when it was declined", async ({
  page,
  context,
  baseURL,
}) => {
  const { user } = await signIn(context, baseURL ?? "");
  await plugInAuthenticator(page);
  await page.goto("/");
  await page.waitForLoadState("networkidle");
  await expect(offer(page)).toHaveCount(0);
  await context.clearCookies();
  await page.goto("/login");
  await logInByForm(page, user.username);
  await pressOn(page, button(page, "Not now"));
  await expect(offer(page)).toHaveCount(0);
  await button(page, "Log out").click();
  await logInByForm(page, user.username, PASSWORD);
  await expect(heading(page)).toHaveText(`Welcome, ${user.username}`);
  await page.waitForLoadState("networkidle");
  await expect(offer(page)).toHaveCount(0);
});
