import { expect, test } from "playwright/test";
import { freshName, logIn, PASSWORD, signUp } from "./client.ts";
import { arrive, fillSignUp, logInByForm } from "./people.ts";

test("a visitor signs up, logs in, gets to the page that they asked for, and logs out", async ({ page }) => {
  await page.goto("/");
  await expect(page).toHaveURL("/login?next=%2F");
  await page.getByRole("link", { name: "Create an account" }).click();
  const username = await fillSignUp(page);
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page).toHaveURL(/\/login/);
  await expect(page.getByRole("status")).toHaveText("Your account is ready. Log in.");
  await logInByForm(page, username);
  await expect(page).toHaveURL("/");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${username}`);
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page).toHaveURL("/login");
  await page.goto("/");
  await expect(page).toHaveURL("/login?next=%2F");
});

test("the pages for visitors send a signed-in user on", async ({ page, baseURL }) => {
  await arrive(page, baseURL ?? "");
  for (const path of ["/login", "/signup"]) {
    await page.goto(path);
    await expect(page).toHaveURL("/");
  }
});

test("after the login `next` leads to paths of this site only", async ({ page, baseURL }) => {
  const { username } = await signUp(baseURL ?? "");
  for (const next of ["//evil.example", "/\\evil.example", "/\t/evil.example"]) {
    await page.context().clearCookies();
    await page.goto(`/login?next=${encodeURIComponent(next)}`);
    await logInByForm(page, username);
    await expect(page).not.toHaveURL(/\/login/);
    expect(new URL(page.url()).origin, next).toBe(baseURL);
  }
  await page.context().clearCookies();
  await page.goto("/login?next=%2F%3Ffilm%3Dran%23top");
  await logInByForm(page, username);
  await expect(page).toHaveURL("/?film=ran#top");
});

test("each message is at its field, the first such field has the focus, and the typed values are kept", async ({
  page,
  baseURL,
}) => {
  const taken = await signUp(baseURL ?? "");
  await page.goto("/signup");
  await page.getByLabel("Username").fill(taken.username.toUpperCase());
  await page.getByLabel("Email").fill("not-an-address");
  await page.getByLabel("Date of birth").fill("2999-01-01");
  await page.getByLabel("Password", { exact: true }).fill("password123");
  await page.getByRole("button", { name: "Sign up" }).click();
  const expected = {
    Username: "That username is taken. Choose another one.",
    Email: "That is not a whole email address, such as ann@example.com.",
    "Date of birth": "That day is still to come. Check the year.",
    Password: "Too many people use that password. Choose one that is yours alone.",
  };
  for (const [label, message] of Object.entries(expected)) {
    const field = page.getByLabel(label, { exact: true });
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expect(field).toHaveAccessibleDescription(new RegExp(message.replaceAll(".", "\\.")));
  }
  await expect(page.getByLabel("Username")).toBeFocused();
  await expect(page.getByLabel("Email")).toHaveValue("not-an-address");
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue("password123");
  await fillSignUp(page);
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page).toHaveURL(/\/login/);
});

test("a refused login does not tell which of the two is wrong, and the next try can succeed", async ({ page, baseURL }) => {
  const { username } = await signUp(baseURL ?? "");
  await page.goto("/login");
  await logInByForm(page, username, "not-the-password");
  await expect(page.locator("form").getByRole("alert")).toHaveText(
    "That name and password don't match an account. Check both, and try again.",
  );
  await expect(page.getByLabel("Username or email")).toHaveValue(username);
  await logInByForm(page, username);
  await expect(page).toHaveURL("/");
});

test("the password's rules are shown beforehand, and the password can be pasted, shown, and filled by a manager", async ({
  page,
  context,
}) => {
  await page.goto("/signup");
  const password = page.getByLabel("Password", { exact: true });
  await expect(password).toHaveAccessibleDescription(/At least 8 characters.*common.*username.*email/s);
  await expect(password).toHaveAttribute("autocomplete", "new-password");
  await expect(page.getByLabel("Username")).toHaveAttribute("autocomplete", "username");
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate((text) => navigator.clipboard.writeText(text), PASSWORD);
  await password.focus();
  await page.keyboard.press("ControlOrMeta+v");
  await expect(password).toHaveValue(PASSWORD);
  await expect(password).toHaveAttribute("type", "password");
  await page.getByRole("button", { name: "Show password" }).click();
  await expect(password).toHaveAttribute("type", "text");
  await page.goto("/login");
  await expect(page.getByLabel("Password", { exact: true })).toHaveAttribute("autocomplete", "current-password");
});

test("after the signup only the password has to be typed: the name is filled in, and is in no URL", async ({ page }) => {
  const addresses: string[] = [];
  page.on("request", (request) => addresses.push(request.url()));
  await page.goto("/signup?next=%2F%3Ffilm%3Dran");
  const username = await fillSignUp(page);
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page.getByRole("status")).toHaveText("Your account is ready. Log in.");
  await expect(page.getByLabel("Username or email")).toHaveValue(username);
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/?film=ran");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${username}`);
  expect(addresses.filter((address) => address.includes(username))).toEqual([]);
  // The back button does not lead to the form, and only the document that made the account has the name.
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page).toHaveURL("/login");
  await expect(page.getByLabel("Username or email")).toHaveValue("");
});

test("a keyboard is enough to sign up and log in", async ({ page }) => {
  const username = freshName();
  await page.goto("/signup");
  await expect(page.getByRole("button", { name: "Sign up" })).toBeEnabled();
  const name = page.getByLabel("Username");
  for (let press = 0; press < 10 && !(await name.evaluate((field) => field === document.activeElement)); press += 1) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.type(username);
  await page.keyboard.press("Tab");
  await page.keyboard.type(`${username}@example.com`);
  await page.keyboard.press("Tab");
  await page.keyboard.type("01021990");
  const password = page.getByLabel("Password", { exact: true });
  for (let press = 0; press < 6 && !(await password.evaluate((field) => field === document.activeElement)); press += 1) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toHaveText("Your account is ready. Log in.");
  await expect(page.getByRole("button", { name: "Log in", exact: true })).toBeEnabled();
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${username}`);
  // Before the page's script runs the button is disabled, and takes no focus.
  const logOut = page.getByRole("button", { name: "Log out" });
  await expect(logOut).toBeEnabled();
  await logOut.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/login/);
});

test("the form is disabled while it is sent", async ({ page, baseURL }) => {
  const { username } = await signUp(baseURL ?? "");
  await page.goto("/login");
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("/api/token/", async (route) => {
    await held;
    await route.continue();
  });
  await logInByForm(page, username);
  await expect(page.getByRole("button", { name: "Logging in…" })).toBeDisabled();
  await expect(page.getByLabel("Username or email")).toBeDisabled();
  release();
  await expect(page).toHaveURL("/");
});

test("while the server is out of reach the form says so and keeps everything, and it works once the server is back", async ({
  page,
  context,
  baseURL,
}) => {
  const { username } = await signUp(baseURL ?? "");
  await page.goto("/login");
  await expect(page.getByRole("button", { name: "Log in", exact: true })).toBeEnabled();
  await context.setOffline(true);
  await logInByForm(page, username);
  await expect(page.locator("form").getByRole("alert")).toBeVisible();
  await expect(page.getByLabel("Username or email")).toHaveValue(username);
  await context.setOffline(false);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await expect(page).toHaveURL("/");
});

test("markup in a name is shown as text", async ({ page, baseURL }) => {
  const { username, password } = await signUp(baseURL ?? "");
  await logIn(baseURL ?? "", { username, password });
  const shots: string[] = [];
  page.on("dialog", (dialog) => {
    shots.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto(
    `/login?next=${encodeURIComponent('/"><script>alert(1)</script><img src=x onerror=alert(1)>')}&reason=<script>alert(1)</script>`,
  );
  await expect(page.getByRole("button", { name: "Log in", exact: true })).toBeEnabled();
  expect(shots).toEqual([]);
  expect(await page.locator("img[src=x]").count()).toBe(0);
});
