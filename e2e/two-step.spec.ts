import { readFile } from "node:fs/promises";
import { expect, type Page, test } from "playwright/test";
import { codeIn, wrongCode } from "./authenticator-app.ts";
import { changeSession } from "./change-session.ts";
import { send } from "./client.ts";
import { withDatabase } from "./harness.ts";
import { pressOn, tabTo, typeInto } from "./keyboard.ts";
import { signIn, takeCookies } from "./people.ts";
import { challengeOf, forgetUsedCodes, logInWithCode, newGuarded } from "./second-factor.ts";
import { expectAccessible } from "./usable.ts";

// Two-step login on the account's page: codes of an authenticator app, and recovery codes.

const DATABASE = process.env.TEST_DATABASE_URL ?? "";

const part = (page: Page) => page.getByRole("region", { name: "Two-step login" });
const button = (page: Page, name: string) => part(page).getByRole("button", { name, exact: true });
const dialog = (page: Page) => page.getByRole("dialog");
const codes = (page: Page) => part(page).getByRole("listitem");

/** A new account with two-step login, signed in in this browser, at its page. */
async function arriveGuarded(page: Page, baseURL: string) {
  const account = await newGuarded(baseURL);
  await takeCookies(page.context(), baseURL, account.cookies);
  await page.goto("/account#two-step");
  return account;
}

/** From now on this session has to prove who it is. */
const forgetProof = (cookies: Record<string, string>) =>
  changeSession(DATABASE, cookies.refresh_token ?? "", "authenticated_at = '-infinity'");

async function expectAccessibleInBothThemes(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
}

test("two-step login is set up by the keyboard alone, on a phone: with the key, the first code, and codes that must be kept", async ({
  page,
  context,
  baseURL,
}) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { user } = await signIn(context, baseURL ?? "");
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  let key = "";

  await test.step("the app gets its key by a picture, a link, or by hand", async () => {
    await page.goto("/account#two-step");
    await pressOn(page, button(page, "Set up two-step login"));
    await expect(part(page).getByRole("heading", { name: "Connect your app" })).toBeFocused();
    const picture = part(page).getByRole("img", { name: /^QR code/ });
    await expect(picture).toHaveJSProperty("complete", true);
    expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    const uri = new URL((await part(page).getByRole("link", { name: "Open it with the key" }).getAttribute("href")) ?? "");
    key = uri.searchParams.get("secret") ?? "";
    expect(uri.protocol).toBe("otpauth:");
    await expect(part(page).locator("code")).toHaveText((key.match(/.{4}/g) ?? []).join(" "));
    await pressOn(page, button(page, "Copy the key"));
    await expect(part(page).getByRole("status").filter({ hasText: "Copied." })).toBeVisible();
    expect(await clipboard()).toBe(key);
  });

  await test.step("a wrong first code is refused at its field, and nothing is on", async () => {
    const field = part(page).getByLabel("Code that the app shows");
    await expect(field).toHaveAttribute("autocomplete", "one-time-code");
    await typeInto(page, field, wrongCode(key));
    await page.keyboard.press("Enter");
    await expect(field).toHaveAccessibleDescription(
      /^Six digits\..* That is not the code\. Enter the one that the app shows now\./,
    );
    await expect(field).toBeFocused();
    await expectAccessibleInBothThemes(page);
    const { username, password } = user;
    expect((await send(baseURL ?? "", "POST", "/api/token/", { json: { username, password } })).status).toBe(200);
    // Apps show a code in two groups.
    await typeInto(page, field, codeIn(key, 0).replace(/^.../, "$& "));
    await page.keyboard.press("Enter");
  });

  await test.step("ten recovery codes can be copied, saved and printed", async () => {
    await expect(part(page).getByRole("heading", { name: "Keep these recovery codes" })).toBeFocused();
    await expect(codes(page)).toHaveText(Array(10).fill(/^([A-Z2-7]{6}-){3}[A-Z2-7]{6}$/));
    const shown = await codes(page).allTextContents();
    await pressOn(page, button(page, "Copy the codes"));
    await expect(part(page).getByRole("status").filter({ hasText: "Copied." })).toBeVisible();
    expect(await clipboard()).toBe(shown.join("\n"));
    const saving = page.waitForEvent("download");
    await pressOn(page, button(page, "Download the codes"));
    const file = await saving;
    expect(file.suggestedFilename()).toBe(`movieconnect-recovery-codes-${user.username}.txt`);
    const lines = (await readFile(await file.path(), "utf8")).split("\r\n");
    expect(lines.slice(-11)).toEqual([...shown, ""]);
    // The browser's own dialog can't be reached from here.
    await page.evaluate(() => Object.assign(window, { print: () => document.body.setAttribute("data-printed", "") }));
    await pressOn(page, button(page, "Print the codes"));
    await expect(page.locator("body")).toHaveAttribute("data-printed", "");
    await page.emulateMedia({ media: "print" });
    const sheet = [`MovieConnect: recovery codes of ${user.username}`, "Each of them is good once.", ...shown];
    await expect(page.locator("body")).toHaveText(sheet.join(" "), { useInnerText: true });
    await page.emulateMedia({ media: "screen" });
  });

  await test.step("the page is not left before they are said to be kept", async () => {
    const asked = page.waitForEvent("dialog");
    const leaving = pressOn(page, page.getByRole("banner").getByRole("link", { name: "Home", exact: true }));
    const question = await asked;
    expect(question.type()).toBe("beforeunload");
    await question.dismiss();
    await leaving;
    await expect(codes(page)).toHaveCount(10);
    const box = part(page).getByRole("checkbox", { name: "I have kept these codes" });
    await pressOn(page, button(page, "Done"));
    await expect(box).toBeFocused();
    await expect(box).toHaveAccessibleDescription("Keep them first, then tick this box: you can't see them again.");
    await expectAccessibleInBothThemes(page);
    await page.keyboard.press("Space");
    await pressOn(page, button(page, "Done"));
  });

  const said = part(page).getByRole("status").filter({ hasText: "Two-step login is on, and all other devices are logged out." });
  await expect(said).toBeFocused();
  await expect(part(page)).toContainText("10 codes left.");
  await expect(part(page)).not.toContainText("did not say that you kept them");
  await expectAccessibleInBothThemes(page);
  await expect(page.getByRole("region", { name: "Devices" }).getByRole("listitem")).toHaveCount(1);
  await expect(page.getByRole("region", { name: "Activity" }).getByRole("listitem").first()).toContainText(
    "Codes of an authenticator app were switched on",
  );
  await forgetUsedCodes(user.id);
  await logInWithCode(baseURL ?? "", user, codeIn(key, 0));
});

test("another app takes the place of the old one with its first code, and not before", async ({ page, baseURL }) => {
  const { user, secret } = await arriveGuarded(page, baseURL ?? "");
  await pressOn(page, button(page, "Connect another app"));
  await expect(part(page).getByRole("heading", { name: "Connect your app" })).toBeFocused();
  await pressOn(page, button(page, "Leave it"));
  await expect(part(page).getByRole("status").filter({ hasText: "Nothing has changed." })).toBeFocused();
  await pressOn(page, button(page, "Connect another app"));
  await logInWithCode(baseURL ?? "", user, codeIn(secret, 0));
  const key = ((await part(page).locator("code").textContent()) ?? "").replaceAll(" ", "");
  expect(key).not.toBe(secret);
  await typeInto(page, part(page).getByLabel("Code that the app shows"), codeIn(key, 0));
  await page.keyboard.press("Enter");
  await expect(codes(page)).toHaveCount(10);
  await forgetUsedCodes(user.id);
  await logInWithCode(baseURL ?? "", user, codeIn(key, 0));
});

test("the account's page asks for new recovery codes when few are left, and when those that it showed may not have been kept", async ({
  page,
  baseURL,
}) => {
  const { user } = await arriveGuarded(page, baseURL ?? "");
  const hint = part(page).locator("p.notice:not([role]):not(.late)");
  await expect(button(page, "Make new codes")).toBeEnabled();
  await expect(hint).toHaveCount(0);
  const spend = "delete from recovery_codes where digest in (select digest from recovery_codes where user_id = $1 limit $2)";
  await withDatabase(DATABASE, (query) => query(spend, [user.id, 7]));
  await page.reload();
  await expect(hint).toHaveText(/^Only 3 recovery codes left\. Make new ones/);
  await pressOn(page, button(page, "Make new codes"));
  await expect(
    part(page).getByRole("group", { name: /^Make ten new recovery codes\? The old ones open nothing then/ }),
  ).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(codes(page)).toHaveCount(10);
  page.once("dialog", (question) => void question.accept());
  await page.reload();
  await expect(hint).toHaveText(/^Your recovery codes were shown here, and you did not say that you kept them\./);
  await expect(part(page)).toContainText("10 codes left.");
  await pressOn(page, button(page, "Make new codes"));
  await page.keyboard.press("Enter");
  await tabTo(page, part(page).getByRole("checkbox"));
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await expect(part(page)).toContainText("10 codes left.");
  await expect(hint).toHaveCount(0);
});

test("two-step login is switched off after a question and a code, and not by the password", async ({ page, baseURL }) => {
  const { user, cookies, secret, recoveryCodes } = await arriveGuarded(page, baseURL ?? "");
  const elsewhere = await logInWithCode(baseURL ?? "", user, codeIn(secret, 0));
  await page.reload();
  await forgetProof(cookies);
  await pressOn(page, button(page, "Switch it off"));
  await expect(part(page).getByRole("group", { name: /^Switch two-step login off\?/ })).toBeVisible();
  await page.keyboard.press("Enter");
  const code = dialog(page).getByLabel("Code", { exact: true });
  await expect(code).toBeFocused();
  await expect(dialog(page)).toHaveAccessibleDescription(/enter a code of your authenticator app\. Then it goes on by itself\.$/);
  await expect(code).toHaveAccessibleDescription(
    "A recovery code will do, too. It is good once, and logs all other devices out.",
  );
  await expect(dialog(page).getByLabel("Password")).toHaveCount(0);
  await page.keyboard.type(wrongCode(secret));
  await page.keyboard.press("Enter");
  await expect(code).toHaveAccessibleDescription(/That code is not right, or was used before\./);
  await expect(code).toBeFocused();
  await expectAccessibleInBothThemes(page);
  await page.keyboard.press("Escape");
  await expect(part(page).getByRole("alert").filter({ hasText: "Nothing has changed: this needs you to confirm" })).toBeVisible();
  await challengeOf(baseURL ?? "", user);
  await page.keyboard.press("Enter");
  await typeInto(page, code, recoveryCodes[0]?.toLowerCase() ?? "");
  await page.keyboard.press("Enter");
  await expect(part(page).getByRole("status").filter({ hasText: "Two-step login is off." })).toBeFocused();
  await expect(button(page, "Set up two-step login")).toBeVisible();
  const refused = await send(baseURL ?? "", "POST", "/api/token/refresh/", { cookies: elsewhere.cookies });
  expect(refused.status).toBe(401);
  const { username, password } = user;
  expect((await send(baseURL ?? "", "POST", "/api/token/", { json: { username, password } })).status).toBe(200);
});

test("a recovery code as a proof counts on the page at once, and so do the devices that it logged out", async ({
  page,
  baseURL,
}) => {
  const { user, cookies, secret, recoveryCodes } = await arriveGuarded(page, baseURL ?? "");
  await logInWithCode(baseURL ?? "", user, codeIn(secret, 0));
  await page.reload();
  const devices = page.getByRole("region", { name: "Devices" }).getByRole("listitem");
  await expect(devices).toHaveCount(2);
  await forgetProof(cookies);
  await pressOn(page, page.getByRole("button", { name: "Download my data" }));
  const saving = page.waitForEvent("download");
  await typeInto(page, dialog(page).getByLabel("Code", { exact: true }), recoveryCodes[0] ?? "");
  await page.keyboard.press("Enter");
  await saving;
  await expect(part(page)).toContainText("9 codes left.");
  await expect(devices).toHaveCount(1);
});

test("what fails is told at its place and can be tried again, and no codes are made that can't be shown", async ({
  page,
  baseURL,
}) => {
  await arriveGuarded(page, baseURL ?? "");
  await expect(button(page, "Make new codes")).toBeEnabled();
  const calls: string[] = [];
  page.on("request", (request) => request.method() === "POST" && calls.push(request.url()));
  await page.route("**/*.js", (route) => route.abort());
  const unreachable = "MovieConnect can't be reached just now. Try again in a moment.";
  await pressOn(page, button(page, "Make new codes"));
  await page.keyboard.press("Enter");
  await expect(part(page).getByRole("alert").filter({ hasText: unreachable })).toBeVisible();
  expect(calls).toEqual([]);
  await page.unroute("**/*.js");
  await page.route("/api/user/recovery-codes/", (route) => route.abort());
  await page.keyboard.press("Enter");
  await expect(part(page).getByRole("alert").filter({ hasText: unreachable })).toBeVisible();
  expect(calls).toHaveLength(1);
  await page.unroute("/api/user/recovery-codes/");
  await page.keyboard.press("Enter");
  await expect(codes(page)).toHaveCount(10);
});
