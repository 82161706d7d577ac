import { expect, test } from "playwright/test";
import { arrive, VISITORS } from "./people.ts";
import { readScripts } from "./read-scripts.ts";

test("no page breaks its own Content-Security-Policy or logs an error", async ({ page, baseURL }) => {
  const complaints: string[] = [];
  page.on("console", (message) => {
    // Browsers log a page's 404 to the console, too.
    if (message.type() === "error" && !message.text().includes("status of 404")) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  for (const path of VISITORS) {
    await page.goto(path);
    await page.waitForLoadState("networkidle");
  }
  await arrive(page, baseURL ?? "");
  await page.waitForLoadState("networkidle");
  await page.goto("/account");
  await page.waitForLoadState("networkidle");
  expect(complaints).toEqual([]);
});

test("every page has a Content-Security-Policy with a nonce of its own and nothing unsafe", async ({ request }) => {
  const policies = new Set<string>();
  for (const path of ["/login", "/login", "/signup", "/nothing-here", "/", "/account", "/docs", "/docs/"]) {
    const answer = await request.get(path, { maxRedirects: 0 });
    const policy = answer.headers()["content-security-policy"] ?? "";
    expect(policy).toMatch(/script-src [^;]*'nonce-[\w+/=]{24}'/);
    expect(policy).not.toContain("unsafe");
    for (const rule of ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"])
      expect(policy).toContain(rule);
    policies.add(policy);
  }
  expect(policies.size).toBe(8);
});

test("a page that does not exist is a 404 in the pages' design, with a link onward", async ({ page }) => {
  const answer = await page.goto("/nothing-here");
  expect(answer?.status()).toBe(404);
  await expect(page).toHaveTitle("Page not found · MovieConnect");
  await page.getByRole("link", { name: "Go to the start" }).click();
  await expect(page).toHaveURL(/\/login/);
});

test("a form that is sent before its script runs puts nothing into the URL", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, ...(baseURL === undefined ? {} : { baseURL }) });
  const page = await context.newPage();
  await page.goto("/login");
  await expect(page.getByRole("button", { name: "Log in", exact: true })).toBeDisabled();
  await expect(page.locator("form")).toHaveAttribute("method", "post");
  const answer = await context.request.post("/login", { form: { username: "ann", password: "secret" }, maxRedirects: 0 });
  expect(answer.status()).toBe(303);
  expect(answer.headers().location).toBe("/login");
  await context.close();
});

test("no page carries validation or server code to the browser", async ({ page }) => {
  const readAll = readScripts(page);
  await page.goto("/signup");
  await page.waitForLoadState("networkidle");
  const scripts = await readAll();
  expect(scripts.length).toBeGreaterThan(0);
  for (const { text } of scripts) expect(text).not.toMatch(/ZodError|DATABASE_URL|AUTH_SECRET|bcrypt/);
});
