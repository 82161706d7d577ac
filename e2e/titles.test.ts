import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { newSession, send } from "./client.ts";

// The titles that the server writes. That none is missing for a moment in the browser is held by e2e/walk.spec.ts.

const origin = inject("origin");

test("no page leaves its title to Next's metadata, which come a moment after the page", async () => {
  const app = join(import.meta.dirname, "..", "app");
  const files = (await readdir(app, { recursive: true })).filter((file) => file.endsWith(".tsx"));
  expect(files).toContain("layout.tsx");
  for (const file of files) {
    const source = await readFile(join(app, file), "utf8");
    expect(source, file).not.toMatch(/generateMetadata|const metadata\b[^;]*\btitle:/);
  }
});

test.each([
  ["/login", "Log in · MovieConnect"],
  ["/signup", "Sign up · MovieConnect"],
  ["/signup/complete", "Please log in once more · MovieConnect"],
  ["/forgot-password", "Forgot password · MovieConnect"],
  ["/reset-password", "New password · MovieConnect"],
  ["/confirm-email", "Confirm your address · MovieConnect"],
  ["/undo-email-change", "Bring your address back · MovieConnect"],
  ["/docs", "The API · MovieConnect"],
  ["/nothing-here", "Page not found · MovieConnect"],
])("for a visitor, %s has one title, in its head", async (path, title) => {
  await expectTitle(path, {}, title);
});

test("for a signed-in user, the pages have one title, in their head", async () => {
  const { cookies } = await newSession(origin);
  await expectTitle("/", cookies, "MovieConnect");
  await expectTitle("/account", cookies, "Your account · MovieConnect");
  await expectTitle("/login?error=cancelled&provider=github", cookies, "You are logged in already · MovieConnect");
});

async function expectTitle(path: string, cookies: Record<string, string>, title: string): Promise<void> {
  const { text } = await send(origin, "GET", path, { cookies, headers: { accept: "text/html" } });
  const [head = "", ...rest] = text.split("</head>");
  expect(head.match(/<title>.*?<\/title>/g)).toEqual([`<title>${title}</title>`]);
  expect(rest.join("")).not.toContain("<title>");
}
