import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, expect, test } from "playwright/test";
import { send, signUp } from "./client.ts";
import { logInByForm } from "./people.ts";

// As the browser's settings page writes it when no site may keep data on this device.
const PREFERENCES = { profile: { default_content_setting_values: { cookies: 2 } } };

test("a login in a browser that refuses cookies says why it failed and what to do, and leaves no session behind", async ({
  launchOptions,
  baseURL,
}) => {
  const origin = baseURL ?? "";
  const { username } = await signUp(origin);
  const profile = await mkdtemp(join(tmpdir(), "refuses-cookies-"));
  await mkdir(join(profile, "Default"));
  await writeFile(join(profile, "Default", "Preferences"), JSON.stringify(PREFERENCES));
  const context = await chromium.launchPersistentContext(profile, launchOptions);
  try {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", ({ message }) => complaints.push(message));
    const refreshTokens: string[] = [];
    page.on("response", async (response) => {
      if (response.url().endsWith("/api/token/")) refreshTokens.push((await response.json()).refresh);
    });
    await page.goto(`${origin}/login?next=%2F%3Ffilm`);
    await logInByForm(page, username);
    await expect(page.locator("form").getByRole("alert")).toHaveText(
      "You are not logged in: your browser didn't keep MovieConnect's cookies. Allow cookies for this site in its settings, then log in again.",
    );
    await expect(page).toHaveURL(`${origin}/login?next=%2F%3Ffilm`);
    await expect(page.getByLabel("Username or email")).toHaveValue(username);
    await expect(page.getByRole("button", { name: "Log in", exact: true })).toBeFocused();
    await expect.poll(() => refreshTokens.length).toBe(1);
    expect((await send(origin, "POST", "/api/token/refresh/", { json: { refresh: refreshTokens[0] } })).status).toBe(401);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
});
