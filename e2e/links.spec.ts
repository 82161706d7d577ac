import { expect, type Page, test } from "playwright/test";
import { PASSWORD } from "./client.ts";
import { pressOn, typeInto } from "./keyboard.ts";
import { expectAccessible, expectUsable } from "./usable.ts";

// The pages that a mail's link leads to.

const TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoxfQ.c2lnbmF0dXJl";
const DEAD = { token: ["Invalid value"] };

/** Each page: its path, its endpoint, its button, and its headings before and after. */
const PAGES = [
  {
    path: "/reset-password",
    endpoint: "/api/user/password/reset/confirm/",
    button: "Save the password",
    open: "Choose a new password",
  },
  { path: "/confirm-email", endpoint: "/api/user/email/confirm/", button: "Confirm my address", open: "Confirm your address" },
  { path: "/undo-email-change", endpoint: "/api/user/email/undo/", button: "Undo the change", open: "Bring your address back" },
];

const heading = (page: Page) => page.getByRole("heading", { level: 1 });

/** Does by keyboard what the page is for. */
async function act(page: Page, button: string): Promise<void> {
  const password = page.getByLabel("New password", { exact: true });
  if ((await password.count()) > 0) await typeInto(page, password, PASSWORD);
  await pressOn(page, page.getByRole("button", { name: button }));
}

/** Answers an endpoint in the API's place, and counts the calls. */
async function answerWith(page: Page, endpoint: string, status: number, body: unknown) {
  const bodies: string[] = [];
  await page.route(endpoint, async (route) => {
    bodies.push(route.request().postData() ?? "");
    await route.fulfill({ status, body: JSON.stringify(body) });
  });
  return bodies;
}

for (const { path, endpoint, button, open } of PAGES) {
  test(`${path} does nothing until its button is used, and its token is in no address, no request and no storage`, async ({
    page,
  }) => {
    const seen: string[] = [];
    const calls: string[] = [];
    const headers: Promise<object>[] = [];
    page.on("request", (request) => {
      seen.push(request.url());
      // The browser tells some of them later. It never does for a request that is on its way when the page is closed.
      headers.push(request.allHeaders().catch(() => request.headers()));
      // The autofill of the login form, which is there first, asks for a passkey.
      if (/\/api\/(?!token\/passkey\/options\/)/.test(request.url())) calls.push(request.url());
    });
    page.on("framenavigated", (frame) => seen.push(frame.url()));
    await page.goto("/login");
    const sent = await answerWith(page, endpoint, 400, DEAD);
    await page.goto(`${path}#token=${TOKEN}`);
    await expect(heading(page)).toHaveText(open);
    await expect(page.getByRole("button", { name: button })).toBeEnabled();
    await expect(page).toHaveURL(path);
    await page.waitForLoadState("networkidle");
    expect(calls).toEqual([]);
    const within = await page.evaluate(async () =>
      JSON.stringify([
        document.documentElement.outerHTML,
        document.cookie,
        history.state,
        { ...localStorage },
        { ...sessionStorage },
        await indexedDB.databases(),
        await caches.keys(),
      ]),
    );
    expect(within).not.toContain(TOKEN);
    await act(page, button);
    await expect(heading(page)).toHaveText("This link can't be used any more");
    await expect(heading(page)).toBeFocused();
    expect(sent.map((body) => JSON.parse(body).token)).toEqual([TOKEN]);
    expect(calls.map((url) => new URL(url).pathname)).toEqual([endpoint]);
    await page.goBack();
    await page.goForward();
    await expect(heading(page)).toHaveText("Open the link in our email");
    await expect(page).toHaveURL(path);
    seen.push(...(await Promise.all(headers)).map((each) => JSON.stringify(each)));
    // The browser's own navigation to the link is the only one that has it.
    expect(seen.filter((one) => one.includes(TOKEN) && !one.endsWith(`${path}#token=${TOKEN}`))).toEqual([]);
  });

  test(`${path} takes another link that is pasted into its address bar`, async ({ page }) => {
    await page.goto(path);
    await expect(heading(page)).toHaveText("Open the link in our email");
    const sent = await answerWith(page, endpoint, 400, DEAD);
    for (const token of ["one", "two"]) {
      await page.goto(`${path}#token=${token}`);
      await expect(heading(page)).toHaveText(open);
      await expect(page).toHaveURL(path);
      await act(page, button);
      await expect(heading(page)).toHaveText("This link can't be used any more");
    }
    expect(sent.map((body) => JSON.parse(body).token)).toEqual(["one", "two"]);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`${path} is usable at every stage in ${colorScheme}, from 320 px up`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      for (const width of [320, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(path);
        await expect(heading(page)).toHaveText("Open the link in our email");
        await expectAccessible(page);
        // From the same page with another fragment nothing would be loaded.
        await page.goto("about:blank");
        await page.goto(`${path}#token=${TOKEN}`);
        await expect(heading(page)).toHaveText(open);
        await expectUsable(page);
        await answerWith(page, endpoint, 400, DEAD);
        await act(page, button);
        await expect(heading(page)).toBeFocused();
        await expectAccessible(page);
      }
    });
  }
}
