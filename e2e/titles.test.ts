import { expect, inject, test } from "vitest";
import { newSession, send } from "./client.ts";

// A browser that runs no script, and whoever reads only the HTML, finds the title there.

const origin = inject("origin");

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

test("for a signed-in user, each page has one title, in its head", async () => {
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
