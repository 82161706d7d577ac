import { type BrowserContext, expect, type Page, test } from "playwright/test";
import { changeSession, passGrace } from "./change-session.ts";
import { logIn, newSession, send, signUp } from "./client.ts";
import { eventually, withDatabase } from "./harness.ts";
import { arrive, logInByForm, openUntilLoggedOut } from "./people.ts";

// Why a session ended: the login page says it, once.

const ORIGIN = process.env.TEST_ORIGIN ?? "";
const DATABASE = process.env.TEST_DATABASE_URL ?? "";

/** How the login page says each end that the API names. */
const WORDS = {
  logged_out: "You are logged out. See you soon.",
  ended_elsewhere: /^You were logged out here from somewhere else\./,
  replayed: /^An old copy of your login was used, so we logged you out to be safe\./,
  password_changed: /^Your password was changed, so you were logged out here\./,
  email_changed: /^Your email address was changed, so you were logged out here\./,
  account_disabled: /^Your account has been switched off\./,
  expired: "You were away for long, so your session ended. Log in to go on where you were.",
};

const notice = (page: Page) => page.locator(".box-office").getByRole("status");

/** A new session, whose access token has run out: this browser has the refresh cookie alone. */
async function visit(context: BrowserContext, origin: string) {
  const session = await newSession(origin);
  const [name, value] = Object.entries(session.cookies).find(([each]) => each.includes("refresh")) ?? ["", ""];
  await context.addCookies([{ name, value, url: origin }]);
  return session;
}

async function expectSaidOnce(page: Page, words: string | RegExp): Promise<void> {
  await expect(notice(page)).toHaveText(words);
  await expect(page).not.toHaveURL(/reason/);
  await page.reload();
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
  await expect(notice(page)).toHaveCount(0);
}

for (const [end, words] of Object.entries(WORDS)) {
  test(`a session's end is told once, by the page that was asked for and by the login page itself: ${end}`, async ({
    page,
    context,
  }) => {
    for (const path of ["/?film=ran", "/login"]) {
      const { refresh } = await visit(context, ORIGIN);
      if (end === "expired") await changeSession(DATABASE, refresh, "expires_at = now() - interval '1 second'");
      else await changeSession(DATABASE, refresh, `revoked_at = now(), end_reason = '${end}'`);
      await page.goto(path);
      await expectSaidOnce(page, words);
      const kept = (await context.cookies()).filter(({ value }) => value !== "").map(({ name }) => name);
      // The login form has asked for a passkey.
      expect(kept.filter((name) => name !== "passkey_browser")).toEqual([]);
    }
  });
}

test("a browser whose cookie was copied and used elsewhere is told that an old copy was used", async ({ page, context }) => {
  const { refresh } = await visit(context, ORIGIN);
  await passGrace(DATABASE, refresh);
  const copied = await send(ORIGIN, "POST", "/api/token/refresh/", { json: { refresh } });
  await passGrace(DATABASE, copied.json.refresh);
  await page.goto("/");
  await expectSaidOnce(page, WORDS.replayed);
});

test("a session whose account is gone has ended, and no reason is made up", async ({ page, context }) => {
  const { user } = await visit(context, ORIGIN);
  await withDatabase(DATABASE, (query) => query("delete from users where id = $1", [user.id]));
  await page.goto("/");
  await expectSaidOnce(page, "Your session has ended. Log in to go on where you were.");
});

test("a person who logs out is told so once, in each tab", async ({ page, context }) => {
  await arrive(page, ORIGIN);
  const other = await context.newPage();
  await other.goto("/account");
  await expect(other.getByRole("button", { name: "Log out" })).toBeEnabled();
  await page.getByRole("button", { name: "Log out" }).click();
  for (const tab of [page, other]) await expectSaidOnce(tab, WORDS.logged_out);
  await page.goto("/?film=ran");
  await expect(notice(page)).toHaveCount(0);
  await expect(page.getByText("Please log in to see that page.")).toBeVisible();
});

test("a new login goes on where the session ended", async ({ page, context }) => {
  const user = await signUp(ORIGIN);
  const { cookies, refresh } = await logIn(ORIGIN, user);
  await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: ORIGIN })));
  await changeSession(DATABASE, refresh, "revoked_at = now(), end_reason = 'password_changed'");
  await openUntilLoggedOut(page, "/?film=ran");
  await expect(notice(page)).toHaveText(WORDS.password_changed);
  await expect(page.getByRole("link", { name: "choose a new password" })).toHaveAttribute("href", "/forgot-password");
  await logInByForm(page, user.username);
  await expect(page).toHaveURL("/?film=ran");
});

test("a call of an open page that finds its session ended leads to the login, which says why", async ({ page }) => {
  const user = await signUp(ORIGIN);
  await page.goto("/login");
  await logInByForm(page, user.username);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${user.username}`);
  await page.goto("/account");
  const again = page.getByRole("button", { name: "Send the email again" });
  await expect(again).toBeEnabled();
  const other = await logIn(ORIGIN, user);
  expect((await send(ORIGIN, "DELETE", "/api/user/sessions/", { cookies: other.cookies })).json).toEqual({ ended: 1 });
  // A worker that does not know of it yet would answer the call, and the page might then find it out by itself.
  const cookies = Object.fromEntries((await page.context().cookies(ORIGIN)).map(({ name, value }) => [name, value]));
  const profiles = () => Promise.all(Array.from({ length: 12 }, () => send(ORIGIN, "GET", "/api/user/profile/", { cookies })));
  await eventually(async () => (await profiles()).every(({ status }) => status === 401));
  await again.click();
  await expect(page).toHaveURL("/login?next=%2Faccount");
  await expectSaidOnce(page, WORDS.ended_elsewhere);
});
