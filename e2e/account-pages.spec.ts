import { readFile } from "node:fs/promises";
import { expect, type Page, test } from "playwright/test";
import { changeSession } from "./change-session.ts";
import { freshName, PASSWORD, send, signUp } from "./client.ts";
import { withDatabase } from "./harness.ts";
import { pressOn, tabTo, typeInto } from "./keyboard.ts";
import { readMail } from "./mailbox.ts";
import { logInByForm, openUntilLoggedOut, signIn, takeCookies, untilScriptsRun } from "./people.ts";
import { expectAccessible, expectUsable } from "./usable.ts";

// The pages of the signed-in: home, and the account with its parts.

const NEW_PASSWORD = "the-third-man-1949";
const DATABASE = process.env.TEST_DATABASE_URL ?? "";
const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";

const part = (page: Page, name: string) => page.getByRole("region", { name });
const dialog = (page: Page) => page.getByRole("dialog");
const banner = (page: Page) => page.getByRole("banner");

/** From now on this session has to prove who it is. */
const forgetProof = (cookies: Record<string, string>) =>
  changeSession(DATABASE, cookies.refresh_token ?? "", "authenticated_at = '-infinity'");

const logInAs = (baseURL: string, username: string, password: string, agent = FIREFOX) =>
  send(baseURL, "POST", "/api/token/", { json: { username, password }, headers: { "user-agent": agent } });

test("the home page says whether the address is confirmed, sends the mail again, and names the other devices", async ({
  page,
  context,
  baseURL,
}) => {
  const { user } = await signIn(context, baseURL ?? "");
  await page.goto("/");
  const address = part(page, "Next: confirm your address");
  await expect(address).toContainText(user.email);
  await expect(part(page, "Logged in here alone")).toContainText("No other device can use your account.");
  await readMail(user.email);
  await pressOn(page, page.getByRole("button", { name: "Send the email again" }));
  await expect(address.getByRole("status")).toHaveText(/^The email is on its way\./);
  await expect(page.getByRole("button", { name: "Send the email again" })).toBeFocused();
  const { token } = await readMail(user.email);
  await send(baseURL ?? "", "POST", "/api/user/email/confirm/", { json: { token } });
  await logInAs(baseURL ?? "", user.username, PASSWORD);
  await page.reload();
  await expect(part(page, "Your address")).toContainText(`${user.email} is confirmed.`);
  await expect(part(page, "Logged in on 2 devices")).toContainText(
    /Last used elsewhere: Firefox on Windows,\s*(?:today|yesterday), \d\d:\d\d/,
  );
  await page.getByRole("link", { name: "See your devices" }).click();
  await expect(page).toHaveURL("/account#devices");
});

test("every page's header says who is signed in and leads to the account; a visitor's leads to the login", async ({
  page,
  context,
  baseURL,
}) => {
  const paths = ["/docs", "/nothing-here", "/forgot-password", "/confirm-email"];
  for (const path of paths) {
    await page.goto(path);
    await expect(banner(page).getByRole("link", { name: "Log in" })).toHaveAttribute("href", "/login");
  }
  const { user } = await signIn(context, baseURL ?? "");
  for (const path of ["/", "/account", ...paths]) {
    await page.goto(path);
    await expect(banner(page)).toContainText(`Logged in as ${user.username}`);
    await expect(banner(page).getByRole("link", { name: "Account" })).toHaveAttribute("href", "/account");
  }
});

test("a new username is on all of the page at once, in every tab, and survives a reload", async ({ page, context, baseURL }) => {
  const { user } = await signIn(context, baseURL ?? "");
  const other = await context.newPage();
  await other.goto("/docs");
  await expect(banner(other)).toContainText(user.username);
  await untilScriptsRun(other);
  const taken = await signUp(baseURL ?? "");
  await page.goto("/account");
  const profile = part(page, "Profile");
  const name = profile.getByLabel("Username");
  await typeInto(page, name, taken.username);
  await page.keyboard.press("Enter");
  await expect(name).toHaveAccessibleDescription(/That username is taken\. Choose another one\./);
  await expect(name).toBeFocused();
  const renamed = freshName();
  await typeInto(page, name, ` ${renamed} `);
  await page.keyboard.press("Enter");
  await expect(profile.getByRole("status")).toHaveText("Saved.");
  await expect(profile.getByRole("button", { name: "Save the profile" })).toBeFocused();
  for (const tab of [page, other]) await expect(banner(tab)).toContainText(`Logged in as ${renamed}`);
  await expect(name).toHaveValue(renamed);
  await expect(part(page, "Activity").getByRole("listitem").first()).toContainText("The username was changed");
  await page.reload();
  await expect(name).toHaveValue(renamed);
});

test("a saved profile can be changed back at once, by the keyboard alone", async ({ page, context, baseURL }) => {
  const { user } = await signIn(context, baseURL ?? "");
  await page.goto("/account");
  const profile = part(page, "Profile");
  const [name, born] = [profile.getByLabel("Username"), profile.getByLabel("Date of birth")];
  const undo = profile.getByRole("button", { name: "Undo" });
  await pressOn(page, profile.getByRole("button", { name: "Save the profile" }));
  await expect(profile.getByRole("status")).toHaveText("Saved.");
  await expect(undo).toBeHidden();
  const renamed = freshName();
  await born.fill("1989-05-06");
  await typeInto(page, name, renamed);
  await page.keyboard.press("Enter");
  await expect(banner(page)).toContainText(`Logged in as ${renamed}`);
  await pressOn(page, undo);
  await expect(undo).toBeHidden();
  await expect(profile.getByRole("status")).toHaveText("Saved.");
  await expect(born).toHaveValue(user.age);
  await expect(profile.getByRole("button", { name: "Save the profile" })).toBeFocused();
  await expect(banner(page)).toContainText(`Logged in as ${user.username}`);
  await page.reload();
  await expect(name).toHaveValue(user.username);
  await expect(born).toHaveValue(user.age);
});

test("a date of birth against the rules is refused at its field, and the next try succeeds", async ({
  page,
  context,
  baseURL,
}) => {
  await signIn(context, baseURL ?? "");
  await page.goto("/account");
  const profile = part(page, "Profile");
  const born = profile.getByLabel("Date of birth");
  await born.fill("2999-01-01");
  await profile.getByRole("button", { name: "Save the profile" }).click();
  await expect(born).toHaveAccessibleDescription(/That day is still to come/);
  await born.fill("1989-05-06");
  await profile.getByRole("button", { name: "Save the profile" }).click();
  await expect(profile.getByRole("status")).toHaveText("Saved.");
  await page.reload();
  await expect(born).toHaveValue("1989-05-06");
});

test("a new address asks for a proof first, then a mail goes there and nothing changes yet", async ({
  page,
  context,
  baseURL,
}) => {
  const { user, cookies } = await signIn(context, baseURL ?? "");
  await forgetProof(cookies);
  await page.goto("/account");
  const address = part(page, "Email address");
  const field = address.getByLabel("New address");
  await typeInto(page, field, "nowhere");
  await page.keyboard.press("Enter");
  // Without a proof not even the rules are judged.
  await expect(dialog(page)).toBeVisible();
  await expect(dialog(page).getByLabel("Password", { exact: true })).toBeFocused();
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(dialog(page)).toHaveCount(0);
  await expect(field).toHaveAccessibleDescription("That is not a whole email address, such as ann@example.com.");
  await expect(field).toBeFocused();
  const fresh = `${freshName()}@example.com`;
  await typeInto(page, field, fresh);
  await page.keyboard.press("Enter");
  const said = `We sent an email to ${fresh}. Its link makes that your address; until then nothing changes.`;
  await expect(address.getByRole("status").filter({ hasText: said })).toBeVisible();
  await expect(field).toHaveValue("");
  await expect(address).toContainText(`${user.email} is not confirmed yet.`);
  expect((await readMail(fresh)).token).not.toBe("");
});

test("a new password needs the old one, empties the form, and logs the other devices out", async ({ page, context, baseURL }) => {
  const { user } = await signIn(context, baseURL ?? "");
  const elsewhere = await logInAs(baseURL ?? "", user.username, PASSWORD);
  await page.goto("/account");
  const password = part(page, "Password");
  const [current, fresh] = [password.getByLabel("Current password"), password.getByLabel("New password")];
  const rules = password.getByRole("listitem");
  await typeInto(page, current, "not-the-password");
  await typeInto(page, fresh, user.username);
  await expect(rules.filter({ hasText: "Not like your username" })).not.toHaveText(/done$/);
  await typeInto(page, fresh, NEW_PASSWORD);
  await expect(rules.filter({ hasText: "Not like your username" })).toHaveText(/done$/);
  await page.keyboard.press("Enter");
  await expect(current).toHaveAccessibleDescription("That is not your current password. Try again.");
  await expect(current).toBeFocused();
  await typeInto(page, current, PASSWORD);
  await page.keyboard.press("Enter");
  await expect(password.getByRole("status").filter({ hasText: "Your new password is saved." })).toBeVisible();
  for (const field of [current, fresh]) await expect(field).toHaveValue("");
  await expect(part(page, "Devices").getByRole("listitem")).toHaveCount(1);
  await expect(part(page, "Activity").getByRole("listitem").first()).toContainText("The password was changed");
  await expect(rules.filter({ hasText: "At least 8 characters" })).not.toHaveText(/done$/);
  const refused = await send(baseURL ?? "", "POST", "/api/token/refresh/", { cookies: elsewhere.cookies });
  expect([refused.status, refused.json.reason]).toEqual([401, "password_changed"]);
  expect((await logInAs(baseURL ?? "", user.username, NEW_PASSWORD)).status).toBe(200);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your account");
});

test("a device is logged out at its own row after a question, and its browser is told at its next page", async ({
  page,
  context,
  browser,
  baseURL,
}) => {
  const { user } = await signIn(context, baseURL ?? "");
  const elsewhere = await browser.newContext({ baseURL: baseURL ?? "" });
  await takeCookies(elsewhere, baseURL ?? "", (await logInAs(baseURL ?? "", user.username, PASSWORD)).cookies);
  const other = await elsewhere.newPage();
  await other.goto("/account");
  await page.goto("/account");
  const devices = part(page, "Devices");
  const row = devices.getByRole("listitem").filter({ hasText: "Firefox on Windows" });
  await expect(devices.getByRole("listitem").filter({ hasText: "This device" }).getByRole("button")).toHaveCount(0);
  const end = row.getByRole("button", { name: "Log out Firefox on Windows" });
  await pressOn(page, end);
  await expect(row.getByRole("button", { name: "Log it out" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(end).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect(row).toContainText("Logged out.");
  await expect(row).toBeFocused();
  await expect(row.getByRole("button")).toHaveCount(0);
  await openUntilLoggedOut(other, "/");
  await expect(other.getByRole("status")).toHaveText(/^You were logged out here from somewhere else\./);
  await page.reload();
  await expect(devices.getByRole("listitem")).toHaveCount(1);
  await elsewhere.close();
});

test("a double click on a button that asks first is one click, wherever it hits the button", async ({
  page,
  context,
  baseURL,
}) => {
  const { user } = await signIn(context, baseURL ?? "");
  for (let count = 0; count < 2; count += 1) await logInAs(baseURL ?? "", user.username, PASSWORD);
  await page.setViewportSize({ width: 360, height: 800 });
  await page.goto("/account");
  const calls: string[] = [];
  page.on("request", (request) => request.method() === "DELETE" && calls.push(request.url()));
  const devices = part(page, "Devices");
  // The lower edge is where the button that acts appears.
  await devices.getByRole("button", { name: "Log out all other devices" }).dblclick({ position: { x: 40, y: 44 } });
  await expect(devices.getByRole("button", { name: "Log them out" })).toBeFocused();
  await page.waitForLoadState("networkidle");
  expect(calls).toEqual([]);
});

test("all other devices are logged out at once, and this one stays", async ({ page, context, baseURL }) => {
  const { user } = await signIn(context, baseURL ?? "");
  const others = [
    await logInAs(baseURL ?? "", user.username, PASSWORD),
    await logInAs(baseURL ?? "", user.username, PASSWORD, "curl/8.14.1"),
  ];
  await page.goto("/account");
  const devices = part(page, "Devices");
  await pressOn(page, devices.getByRole("button", { name: "Log out all other devices" }));
  await expect(devices.getByRole("group", { name: "Log out 2 devices, all but this one?" })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(devices.getByRole("status")).toHaveText("Done: 2 devices logged out. You are logged in here alone.");
  await expect(devices.getByRole("status")).toBeFocused();
  await expect(devices.getByText(/^Logged out\./)).toHaveCount(2);
  for (const { cookies } of others) {
    expect((await send(baseURL ?? "", "POST", "/api/token/refresh/", { cookies })).json.reason).toBe("ended_elsewhere");
  }
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your account");
});

test("a call that failed is told in the row, and can be made again", async ({ page, context, baseURL }) => {
  const { user } = await signIn(context, baseURL ?? "");
  await logInAs(baseURL ?? "", user.username, PASSWORD);
  await page.goto("/account");
  const row = part(page, "Devices").getByRole("listitem").filter({ hasText: "Firefox on Windows" });
  await page.route("/api/user/sessions/*/", (route) => route.abort());
  await row.getByRole("button").click();
  await row.getByRole("button", { name: "Log it out" }).click();
  await expect(row.getByRole("alert")).toHaveText("MovieConnect can't be reached just now. Try again in a moment.");
  await expect(row.getByRole("button", { name: "Log it out" })).toBeFocused();
  await page.unroute("/api/user/sessions/*/");
  await page.keyboard.press("Enter");
  await expect(row).toContainText("Logged out.");
});

test("what happened is told in words, a page at a time, to the end", async ({ page, context, baseURL }) => {
  const { user } = await signIn(context, baseURL ?? "");
  await logInAs(baseURL ?? "", user.username, "not-the-password");
  await withDatabase(DATABASE, (query) =>
    query(
      `insert into events (user_id, event, at, address, device)
       select $1, 'logout', now() - make_interval(mins => n), '203.0.113.7', 'Firefox on Windows' from generate_series(1, 65) n`,
      [user.id],
    ),
  );
  await page.goto("/account");
  const activity = part(page, "Activity");
  const events = activity.getByRole("listitem");
  await expect(events).toHaveCount(10);
  await expect(events.first()).toContainText(/Logout.*Firefox on Windows, 203\.0\.113\.7/);
  const earlier = activity.getByRole("button", { name: "Earlier" });
  await pressOn(page, earlier);
  await expect(events).toHaveCount(60);
  await expect(earlier).toBeFocused();
  await expect(activity.getByRole("status")).toHaveText("50 earlier events");
  await page.keyboard.press("Enter");
  await expect(activity.getByText("That is all.")).toBeFocused();
  await expect(earlier).toHaveCount(0);
  for (const words of ["You signed up", "Login", "A login was refused"]) {
    await expect(events.filter({ has: page.getByText(words, { exact: true }) })).toHaveCount(1);
  }
});

/** The calendar day in UTC so many days ago, as YYYY-MM-DD. */
const dayBefore = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

test("times are the reader's own", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL: baseURL ?? "", timezoneId: "Pacific/Kiritimati" });
  const { user } = await signIn(context, baseURL ?? "");
  // A month ago: what is older than a year is deleted. There the next day has begun.
  const [at, next] = [31, 30].map((days) => new Date(`${dayBefore(days)}T11:30:00.000Z`));
  await withDatabase(DATABASE, (query) =>
    query("insert into events (user_id, event, at) values ($1, 'enabled', $2)", [user.id, at?.toISOString()]),
  );
  const page = await context.newPage();
  await page.goto("/account");
  const event = part(page, "Activity").getByRole("listitem").filter({ hasText: "switched on again" });
  const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(next);
  await expect(event.locator("time")).toHaveText(`${day}, 01:30`);
  await expect(event.locator("time")).toHaveAttribute("datetime", at?.toISOString() ?? "");
  await context.close();
});

test("the data is saved as a file, once the password was given", async ({ page, context, baseURL }) => {
  const { user, cookies } = await signIn(context, baseURL ?? "");
  await forgetProof(cookies);
  await page.goto("/account");
  const saving = page.waitForEvent("download");
  await pressOn(page, page.getByRole("button", { name: "Download my data" }));
  await dialog(page).getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  const file = await saving;
  expect(file.suggestedFilename()).toBe(`movieconnect-${user.username}.json`);
  const saved = await readFile(await file.path(), "utf8");
  expect(JSON.parse(saved).account).toMatchObject([{ email: user.email }]);
  await expect(part(page, "Your data").getByRole("status")).toHaveText("The file is among your downloads.");
  await expect(page.getByRole("button", { name: "Download my data" })).toBeFocused();
});

test("a keyboard deletes the account: only with its name and a proof, and then the login page says that it is gone", async ({
  page,
  context,
  baseURL,
}) => {
  const { user, cookies } = await signIn(context, baseURL ?? "");
  await forgetProof(cookies);
  const other = await context.newPage();
  await other.goto("/docs");
  await expect(banner(other).getByRole("button", { name: "Log out" })).toBeEnabled();
  await page.goto("/account");
  const name = part(page, "Leave").getByLabel("Type your username");
  await typeInto(page, name, "somebody-else");
  await page.keyboard.press("Enter");
  await expect(name).toHaveAccessibleDescription(`To delete the account, type its username here: ${user.username}`);
  await expect(name).toBeFocused();
  await typeInto(page, name, user.username.toUpperCase());
  await page.keyboard.press("Enter");
  await expect(dialog(page).getByLabel("Password", { exact: true })).toBeFocused();
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  for (const tab of [page, other]) {
    await expect(tab).toHaveURL("/login");
    await expect(tab.getByRole("status")).toHaveText(/^Your account is deleted/);
  }
  // The autofill of the login form has asked for a passkey.
  expect((await context.cookies()).map(({ name }) => name).filter((name) => name !== "passkey_browser")).toEqual([]);
  await logInByForm(page, user.username);
  await expect(page.locator("form").getByRole("alert")).toHaveText(/don't match an account/);
});

test.describe("the question for a proof", () => {
  test("keeps the focus inside, is refused with a wrong password, and after Escape nothing has changed", async ({
    page,
    context,
    baseURL,
  }) => {
    const { user, cookies } = await signIn(context, baseURL ?? "");
    await forgetProof(cookies);
    await page.goto("/account");
    await part(page, "Leave").getByLabel("Type your username").fill(user.username);
    const button = page.getByRole("button", { name: "Delete my account" });
    await pressOn(page, button);
    const password = dialog(page).getByLabel("Password", { exact: true });
    await expect(password).toBeFocused();
    await expect(dialog(page)).toHaveAccessibleName(`Is it you, ${user.username}?`);
    await page.keyboard.type("not-the-password");
    await page.keyboard.press("Enter");
    await expect(password).toHaveAccessibleDescription("That is not your password. Try again.");
    await expect(password).toBeFocused();
    for (let press = 0; press < 8; press += 1) {
      await page.keyboard.press("Tab");
      const isOutside = await page.evaluate(() => document.activeElement?.closest("dialog, body") instanceof HTMLDialogElement);
      // Between the last element and the first the browser's own controls have the focus.
      expect(isOutside || (await page.evaluate(() => document.activeElement === document.body))).toBe(true);
    }
    await page.keyboard.press("Escape");
    await expect(dialog(page)).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Delete my account" })).toBeFocused();
    await expect(part(page, "Leave").getByRole("alert")).toHaveText(
      "Nothing has changed: this needs you to confirm that it is you.",
    );
    expect((await logInAs(baseURL ?? "", user.username, PASSWORD)).status).toBe(200);
  });

  test("is asked once for calls that are made at once, and each of them goes on", async ({ page, context, baseURL }) => {
    const { cookies } = await signIn(context, baseURL ?? "");
    await forgetProof(cookies);
    await page.goto("/account");
    await expect(page.getByRole("button", { name: "Download my data" })).toBeEnabled();
    const calls: string[] = [];
    page.on("request", (request) => calls.push(`${request.method()} ${new URL(request.url()).pathname}`));
    const fresh = `${freshName()}@example.com`;
    await page.getByLabel("New address").fill(fresh);
    // Both are under way before the first is answered.
    await page.evaluate(() => {
      for (const button of document.querySelectorAll("button")) {
        if (/^(Download my data|Change the address)$/.test(button.textContent ?? "")) button.click();
      }
    });
    await dialog(page).getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await expect(part(page, "Your data").getByRole("status")).toHaveText("The file is among your downloads.");
    await expect(part(page, "Email address").getByText(`We sent an email to ${fresh}`)).toBeVisible();
    expect(calls.filter((call) => call === "POST /api/user/reauthenticate/")).toHaveLength(1);
    expect(calls.filter((call) => call === "POST /api/user/email/")).toHaveLength(2);
  });

  test("is not asked again while the proof is fresh", async ({ page, context, baseURL }) => {
    await signIn(context, baseURL ?? "");
    await page.goto("/account");
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download my data" }).click();
    await saving;
    await expect(dialog(page)).toHaveCount(0);
  });
});

test("a form shows that it is under way, and takes no second call", async ({ page, context, baseURL }) => {
  await signIn(context, baseURL ?? "");
  await page.goto("/account");
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let calls = 0;
  await page.route("/api/user/account/", async (route) => {
    calls += 1;
    await held;
    await route.continue();
  });
  const profile = part(page, "Profile");
  await pressOn(page, profile.getByRole("button", { name: "Save the profile" }));
  const busy = profile.getByRole("button", { name: "Saving…" });
  await expect(busy).toBeDisabled();
  await expect(profile.getByLabel("Username")).toBeDisabled();
  await page.keyboard.press("Enter");
  release();
  await expect(profile.getByRole("status")).toHaveText("Saved.");
  expect(calls).toBe(1);
});

test("password managers are led to the form for a new password, also by way of the login", async ({ page, baseURL }) => {
  const { username } = await signUp(baseURL ?? "");
  await page.goto("/.well-known/change-password");
  await expect(page).toHaveURL("/login?next=%2F.well-known%2Fchange-password");
  await logInByForm(page, username);
  await expect(page).toHaveURL("/account#change-password");
  await expect(page.getByLabel("New password")).toBeInViewport();
  await expect(page.getByLabel("New password")).toHaveAttribute("autocomplete", "new-password");
  await expect(part(page, "Password").locator("[autocomplete=username]")).toHaveValue(username);
  const answer = await page.request.get("/.well-known/change-password", { maxRedirects: 0 });
  expect([answer.status(), answer.headers().location]).toEqual([307, "/account#change-password"]);
  const absent = await page.request.get("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200/");
  expect(absent.status()).toBe(404);
});

test("without scripts the account can be read, and it says once that changing it needs them", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: baseURL ?? "" });
  const { user } = await signIn(context, baseURL ?? "");
  const page = await context.newPage();
  await page.goto("/account");
  await expect(page.getByText(user.email)).toBeVisible();
  await expect(part(page, "Devices")).toContainText(/Last used \d{4}-\d\d-\d\d, \d\d:\d\d UTC/);
  await expect(part(page, "Activity")).toContainText("You signed up");
  const notices = page
    .getByRole("main")
    .getByText(/JavaScript/)
    .filter({ visible: true });
  await expect(notices).toHaveText(
    "Changing anything here needs JavaScript. Switch it on in this browser's settings, then reload the page.",
  );
  for (const button of await page.getByRole("main").getByRole("button").all()) await expect(button).toBeDisabled();
  await context.close();
});

test("the account's page is not stored, no path below it serves it, and after a logout the back button shows nothing of it", async ({
  page,
  context,
  baseURL,
}) => {
  const { user } = await signIn(context, baseURL ?? "");
  expect((await page.goto("/account"))?.headers()["cache-control"]).toContain("no-store");
  for (const path of ["/account/x.css", "/account;x.css", "/account%2fx.css", "/account/profile"]) {
    expect((await context.request.get(path)).status(), path).toBe(404);
  }
  await page.goto("/docs");
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page).toHaveURL("/login");
  await page.goBack();
  await expect(page).toHaveURL(/\/login/);
  await expect(page.getByText(user.email)).toHaveCount(0);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the account has no accessibility violation, from 320 px up, without scrolling sideways or shifting, in ${colorScheme}`, async ({
    page,
    context,
    baseURL,
  }) => {
    await page.emulateMedia({ colorScheme });
    const { user } = await signIn(context, baseURL ?? "");
    await logInAs(baseURL ?? "", user.username, PASSWORD);
    for (const width of [320, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      for (const path of ["/", "/account"]) {
        await page.goto(path);
        await expectUsable(page);
      }
    }
  });

  test(`the account with errors, questions and the dialog has no accessibility violation at 320 px, in ${colorScheme}`, async ({
    page,
    context,
    baseURL,
  }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 320, height: 800 });
    const { user, cookies } = await signIn(context, baseURL ?? "");
    await logInAs(baseURL ?? "", user.username, PASSWORD);
    await page.goto("/account");
    await page.getByRole("button", { name: "Save the new password" }).click();
    await expect(page.locator("[aria-invalid=true]").first()).toBeFocused();
    await page.getByRole("button", { name: "Save the profile" }).click();
    await expect(part(page, "Profile").getByRole("status")).toHaveText("Saved.");
    await page.getByRole("button", { name: /^Log out Firefox/ }).click();
    await expectAccessible(page);
    await forgetProof(cookies);
    await page.getByRole("button", { name: "Download my data" }).click();
    await tabTo(page, dialog(page).getByRole("button", { name: "Go on" }));
    await page.keyboard.press("Enter");
    await expect(dialog(page).getByLabel("Password", { exact: true })).toBeFocused();
    await expectAccessible(page);
  });
}

test("a question for a proof whose script does not arrive changes nothing, and the next try asks it", async ({
  page,
  context,
  baseURL,
}) => {
  const { cookies } = await signIn(context, baseURL ?? "");
  await forgetProof(cookies);
  await page.goto("/account");
  await page.waitForLoadState("networkidle");
  const download = page.getByRole("button", { name: "Download my data" });
  await page.route(/\.js$/, (route) => route.abort());
  await download.click();
  await expect(part(page, "Your data").getByRole("alert")).toHaveText(
    "Nothing has changed: this needs you to confirm that it is you.",
  );
  await page.unroute(/\.js$/);
  await download.click();
  await expect(dialog(page)).toBeVisible();
});
