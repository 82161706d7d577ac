import { type BrowserContext, expect, type Page, test } from "playwright/test";
import { arriveWith, ORIGIN as WITH_PROVIDERS } from "#e2e/providers/browser.ts";
import { changeSession } from "./change-session.ts";
import { send } from "./client.ts";
import { withDatabase } from "./harness.ts";
import { pressOn, typeInto } from "./keyboard.ts";
import { addPasskey } from "./passkeys.ts";
import { signIn } from "./people.ts";
import { newAuthenticator } from "./software-authenticator.ts";
import { expectAccessible } from "./usable.ts";
import { type Authenticator, plugInAuthenticator } from "./virtual-authenticator.ts";

// Passkeys on the account's page, and as the proof of who is at the screen.

const DATABASE = process.env.TEST_DATABASE_URL ?? "";

const part = (page: Page) => page.getByRole("region", { name: "Passkeys", exact: true });
const button = (page: Page, name: string | RegExp) => part(page).getByRole("button", { name });
const rows = (page: Page) => part(page).getByRole("listitem");
const said = (page: Page, words: string) => part(page).getByRole("status").filter({ hasText: words });

/** A new account, signed in in this browser, at its page, with a device that can keep passkeys. */
async function arriveWithDevice(page: Page, context: BrowserContext, baseURL: string) {
  const session = await signIn(context, baseURL);
  const device = await plugInAuthenticator(page);
  await page.goto("/account#passkeys");
  return { ...session, device };
}

async function add(page: Page, device: Authenticator, name: string): Promise<void> {
  await typeInto(page, part(page).getByLabel("Name", { exact: true }), name);
  await device.touch(async () => {
    await page.keyboard.press("Enter");
    await expect(said(page, "is added: you can log in with it from now on.")).toBeVisible();
  });
}

async function expectAccessibleInBothThemes(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
}

test("a passkey is added, renamed and removed by the keyboard alone, on a phone, and is a proof of who is there", async ({
  page,
  context,
  baseURL,
}) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.addInitScript(() => {
    const removed: unknown[] = [];
    PublicKeyCredential.signalUnknownCredential = async (unknown) => void removed.push(unknown);
    Object.assign(window, { removed });
  });
  const { user, cookies, device } = await arriveWithDevice(page, context, baseURL ?? "");

  await test.step("it gets a name if it is given none, and one device keeps one", async () => {
    await add(page, device, "");
    await expect(rows(page)).toHaveText(/^Chrome on Linux.*Not used yet.*Added (?:today|yesterday), \d\d:\d\d/);
    await device.touch(async () => {
      await page.keyboard.press("Enter");
      await expect(
        part(page).getByRole("alert").filter({ hasText: "This device has a passkey of yours already." }),
      ).toBeVisible();
    });
    await expect(button(page, "Add a passkey")).toBeFocused();
  });

  await test.step("its name is changed at its place", async () => {
    await pressOn(page, button(page, "Rename Chrome on Linux"));
    const name = part(page).getByLabel("New name");
    await expect(name).toBeFocused();
    await page.keyboard.type("x".repeat(200));
    await page.keyboard.press("Enter");
    await expect(name).toHaveAccessibleDescription(/^Shorten this to \d+ characters\.$/);
    await expect(name).toBeFocused();
    await expectAccessibleInBothThemes(page);
    await page.keyboard.press("Escape");
    await expect(button(page, "Rename Chrome on Linux")).toBeFocused();
    await page.keyboard.press("Enter");
    await page.keyboard.type("  My phone ");
    await page.keyboard.press("Enter");
    await expect(button(page, "Rename My phone")).toBeFocused();
    await page.reload();
    await expect(rows(page)).toHaveText(/^My phone/);
  });

  await test.step("it is removed after a question, and it proves itself who is there", async () => {
    await changeSession(DATABASE, cookies.refresh_token ?? "", "authenticated_at = '-infinity'");
    await pressOn(page, button(page, "Remove My phone"));
    await expect(part(page).getByRole("group", { name: /all other devices are logged out\.$/ })).toBeVisible();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByLabel("Password", { exact: true })).toBeFocused();
    await expectAccessibleInBothThemes(page);
    const [kept] = await device.passkeys();
    await device.setVerified(false);
    await device.touch(async () => {
      await pressOn(page, dialog.getByRole("button", { name: "Use a passkey" }));
      await expect(
        dialog.getByRole("alert").filter({ hasText: "That was cancelled, or your device couldn't tell" }),
      ).toBeVisible();
    });
    await device.setVerified(true);
    await device.touch(async () => {
      await page.keyboard.press("Enter");
      await expect(said(page, "“My phone” is removed. It opens your account no more")).toBeFocused();
    });
    await expect(rows(page)).toHaveCount(0);
    const credentialId = Buffer.from(kept?.credentialId ?? "", "base64").toString("base64url");
    expect(await page.evaluate(() => (window as unknown as { removed: unknown }).removed)).toEqual([
      { rpId: "localhost", credentialId },
    ]);
    const { json } = await send(baseURL ?? "", "GET", "/api/user/events/", {
      cookies: Object.fromEntries((await context.cookies()).map(({ name, value }) => [name, value])),
    });
    expect(json.results.slice(0, 2).map(({ event }: { event: string }) => event)).toEqual(["passkey_removed", "passkey_added"]);
    await expect(page.getByRole("banner")).toContainText(user.username);
  });
});

test("a device that can't tell who holds it adds no passkey, and the name that was typed stays", async ({
  page,
  context,
  baseURL,
}) => {
  const { device } = await arriveWithDevice(page, context, baseURL ?? "");
  await device.setVerified(false);
  const name = part(page).getByLabel("Name", { exact: true });
  await typeInto(page, name, "My key");
  await device.touch(async () => {
    await page.keyboard.press("Enter");
    await expect(part(page).getByRole("alert")).toHaveText(/^That was cancelled, or your device couldn't tell that it is you\./);
  });
  await expect(name).toHaveValue("My key");
  await expect(button(page, "Add a passkey")).toBeFocused();
  await device.setVerified(true);
  await add(page, device, "My key");
  await expect(rows(page)).toHaveText(/^My key/);
});

test("the last way in has no button that removes it, and a page that is older is told so at its place", async ({
  page,
  context,
  baseURL,
}) => {
  const { user, cookies } = await signIn(context, baseURL ?? "");
  await addPasskey(baseURL ?? "", cookies, newAuthenticator(), { name: "My phone" });
  await page.goto("/account#passkeys");
  await expect(button(page, "Remove My phone")).toBeEnabled();
  await withDatabase(DATABASE, (query) => query("delete from passwords where user_id = $1", [user.id]));
  await pressOn(page, button(page, "Remove My phone"));
  await page.keyboard.press("Enter");
  await expect(part(page).getByRole("alert").filter({ hasText: "It is the only way into your account." })).toBeVisible();
  await page.reload();
  await expect(rows(page)).toContainText("There is no other way in, so it can't be removed.");
  await expect(button(page, "Remove My phone")).toHaveCount(0);
});

test("where passkeys can't be, the page says why, and a provider is no last way in beside a passkey", async ({
  page,
  context,
}) => {
  const { username } = await arriveWith(context, "oidc");
  await page.goto(`${WITH_PROVIDERS}/account`);
  await expect(part(page)).toContainText("Passkeys work only at an https address with a name");
  await expect(part(page).getByRole("textbox")).toHaveCount(0);
  const ways = page.getByRole("region", { name: "Ways to log in" });
  await expect(ways).toContainText("There is no other way in, so it can't be removed. Set a password or add a passkey first.");
  await expect(ways.getByRole("button", { name: "Remove single sign-on" })).toHaveCount(0);
  await withDatabase(DATABASE, (query) =>
    query(
      `insert into passkeys (user_id, credential_id, public_key, counter, transports, may_sync, aaguid, is_synced, name)
       select id, $1, '', 0, '{}', true, '00000000-0000-0000-0000-000000000000', true, 'My phone' from users where username = $1`,
      [username],
    ),
  );
  await page.reload();
  await expect(ways).toContainText("1 passkey of yours.");
  await expect(ways.getByRole("button", { name: "Remove single sign-on" })).toBeEnabled();
  await expect(rows(page)).toContainText("On several devices");
});

test("a browser without passkeys is told so", async ({ page, context, baseURL }) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, "PublicKeyCredential"));
  await signIn(context, baseURL ?? "");
  await page.goto("/account#passkeys");
  await expect(part(page)).toContainText("This browser can't make a passkey here.");
  await expect(part(page).getByRole("textbox")).toHaveCount(0);
});
