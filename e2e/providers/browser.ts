import { type BrowserContext, expect, type Page } from "playwright/test";
import { freshName } from "#e2e/client.ts";
import { takeCookies } from "#e2e/people.ts";
import { newVisitor, signUpAt } from "./visitor.ts";

// What people do at other providers in a browser. The application with providers is one for all browser tests.

export const ORIGIN = process.env.TEST_PROVIDERS_ORIGIN ?? "";

/** As the application calls them. */
export const NAMES = { oidc: "single sign-on", github: "GitHub" };

/** Signs in on the provider's own page, and comes back. */
export async function signInThere(page: Page, loginName: string): Promise<void> {
  await page.getByLabel("Login name").fill(loginName);
  await page.getByRole("button", { name: "Sign in" }).click();
  await allow(page);
}

/** Allows what a provider asks for, once it asks. The stand-in for GitHub does not, nor does a provider that was allowed before. */
export async function allow(page: Page): Promise<void> {
  const button = page.getByRole("button", { name: "Allow" });
  // The providers are at localhost, and the application at 127.0.0.1.
  const isBack = () => new URL(page.url()).hostname !== "localhost";
  await expect(async () => expect(isBack() || (await button.isVisible())).toBe(true)).toPass();
  if (isBack()) return;
  await button.press("Enter");
  await page.waitForURL(({ hostname }) => hostname !== "localhost");
}

/** Logs in on the login page. */
export async function logInWith(page: Page, provider: keyof typeof NAMES, loginName: string): Promise<void> {
  await page.getByRole("button", { name: `Log in with ${NAMES[provider]}`, exact: true }).click();
  await signInThere(page, loginName);
}

/** A new account that a provider opens, and no password, signed in here. Its username is the login name there. */
export async function arriveWith(context: BrowserContext, provider: keyof typeof NAMES) {
  const username = freshName();
  const visitor = newVisitor(ORIGIN);
  await signUpAt(visitor, provider, username);
  await takeCookies(context, ORIGIN, visitor.cookies);
  return { username, email: `${username}@example.com`, refreshToken: visitor.cookies.refresh_token ?? "" };
}
