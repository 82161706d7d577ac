import { type BrowserContext, expect, type Page } from "playwright/test";
import { freshName, newSession, PASSWORD, signUp } from "./client.ts";

// What users do in a browser, for tests that are about something else.

/** The pages that need no session. */
export const VISITORS = [
  "/login",
  "/signup",
  "/signup/complete",
  "/login?reason=ended",
  "/login?next=%2Ffilms",
  "/forgot-password",
  "/reset-password#token=x",
  "/confirm-email#token=x",
  "/undo-email-change#token=x",
  "/nothing-here",
  "/docs",
];

/** Fills the login form and sends it. */
export async function logInByForm(page: Page, username: string, password = PASSWORD): Promise<void> {
  await page.getByLabel("Username or email").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
}

/** A new account, logged in by the form, at the home page. Returns the username. */
export async function arrive(page: Page, baseURL: string): Promise<string> {
  const { username } = await signUp(baseURL);
  await page.goto("/login");
  await logInByForm(page, username);
  await expect(page.getByRole("heading", { name: `Welcome, ${username}` })).toBeVisible();
  return username;
}

export async function fillSignUp(page: Page, username = freshName()): Promise<string> {
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Email").fill(`${username}@example.com`);
  await page.getByLabel("Date of birth").fill("1990-01-02");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  return username;
}

/**
 * Opens a page until it leads to the login page: a worker that did not end the session itself knows of the end within a second.
 * The login page says why once, so that what it says is for the caller to look at.
 */
export async function openUntilLoggedOut(page: Page, path: string): Promise<void> {
  await expect(async () => {
    await page.goto(path);
    expect(new URL(page.url()).pathname).toBe("/login");
  }).toPass();
}

/** Waits until the page's scripts run: from then on it hears what other tabs tell. Until then its buttons are disabled. */
export async function untilScriptsRun(page: Page): Promise<void> {
  await expect(page.getByRole("button").first()).toBeVisible();
  await expect(page.locator("button:disabled")).toHaveCount(0);
}

/** A new account, signed in without the form. Returns what it was made of, with the session's cookies. */
export async function signIn(context: BrowserContext, baseURL: string) {
  const session = await newSession(baseURL);
  await takeCookies(context, baseURL, session.cookies);
  return session;
}

/** Makes the browser a part of this session. */
export async function takeCookies(context: BrowserContext, baseURL: string, cookies: Record<string, string>): Promise<void> {
  await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: baseURL })));
}
