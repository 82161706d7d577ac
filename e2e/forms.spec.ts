import { expect, type Locator, type Page, test } from "playwright/test";
import { PASSWORD } from "./client.ts";
import { arrive, fillSignUp, logInByForm } from "./people.ts";

// How forms look and behave: where their parts are, what they say, where the focus is, and what they do without scripts.

const submit = (page: Page) => page.locator("form [type=submit]");
const password = (page: Page) => page.getByLabel("Password", { exact: true });

async function refuseLogins(page: Page, status: number, body: unknown, headers: Record<string, string> = {}): Promise<void> {
  await page.route("/api/token/", (route) => route.fulfill({ status, headers, body: JSON.stringify(body) }));
}

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  if (!box) throw new Error("it is not shown");
  return { top: box.y, bottom: box.y + box.height, left: box.x, right: box.x + box.width };
}

test.describe("the form comes first", () => {
  for (const fonts of ["with its font", "without its font"]) {
    test(`on a laptop's screen a form is whole ${fonts}, its button too`, async ({ page }) => {
      if (fonts === "without its font") await page.route(/\.woff2/, (route) => route.abort());
      for (const [width, height] of [
        [1280, 720],
        [1366, 768],
      ] as const) {
        await page.setViewportSize({ width, height });
        for (const path of ["/login", "/signup"]) {
          await page.goto(path);
          expect((await boxOf(submit(page))).bottom, `${path} at ${width}×${height}`).toBeLessThanOrEqual(height);
        }
      }
    });
  }

  for (const [width, height] of [
    [320, 640],
    [390, 844],
    [640, 360],
    [768, 1024],
  ] as const) {
    test(`at ${width}×${height} the heading and the first field are seen at once, and the picture comes after the form`, async ({
      page,
    }) => {
      await page.setViewportSize({ width, height });
      for (const path of ["/login", "/signup"]) {
        await page.goto(path);
        expect((await boxOf(page.getByRole("heading", { level: 1 }))).top).toBeGreaterThan(0);
        expect((await boxOf(page.getByRole("textbox").first())).bottom).toBeLessThanOrEqual(height);
        const links = await boxOf(page.getByRole("main"));
        expect((await boxOf(page.locator(".auditorium"))).top).toBeGreaterThanOrEqual(links.bottom);
      }
    });
  }

  test("the headings of both forms have the same position, and no message moves them", async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 720 });
    await page.goto("/login");
    const heading = page.getByRole("heading", { level: 1 });
    const { top } = await boxOf(heading);
    await page.goto("/signup");
    expect((await boxOf(heading)).top).toBe(top);
    await submit(page).click();
    await expect(page.getByLabel("Username")).toBeFocused();
    expect((await boxOf(heading)).top).toBe(top);
  });

  test("the notice of a failed logout is below the button and covers nothing, at every width", async ({ page, baseURL }) => {
    await arrive(page, baseURL ?? "");
    await page.route("/api/user/logout/", (route) => route.abort());
    for (const width of [320, 390, 640, 768, 1024, 1280, 1440]) {
      await page.setViewportSize({ width, height: 720 });
      await page.reload();
      const button = page.getByRole("button", { name: "Log out" });
      await button.click();
      await expect(page.getByRole("banner").getByRole("alert")).toHaveText(/^You are still logged in\./);
      const notice = await boxOf(page.locator(".notice:not(.late)"));
      expect(notice.top, `at ${width}`).toBeGreaterThanOrEqual((await boxOf(button)).bottom);
      expect(notice.bottom, `at ${width}`).toBeLessThanOrEqual((await boxOf(page.locator(".ticket"))).top);
      expect(Math.round(notice.right), `at ${width}`).toBe(Math.round((await boxOf(button)).right));
    }
  });
});

test.describe("a wait", () => {
  test("of a day is shown once and read aloud once, and nothing is sent meanwhile", async ({ page }) => {
    let requests = 0;
    page.on("request", (request) => {
      if (request.url().endsWith("/api/token/")) requests += 1;
    });
    await refuseLogins(
      page,
      429,
      { detail: "Request was throttled. Expected available in 86400 seconds." },
      { "retry-after": "86400" },
    );
    await page.goto("/login");
    await logInByForm(page, "ann");
    await expect(submit(page)).toBeDisabled();
    await expect(page.locator("form").getByRole("alert")).toHaveText("Too many attempts. Wait 1 day, then try again.");
    await expect(page.locator(".notice:not(.late) > :not([role=alert])")).toHaveText(/^Try again in (24:00:00|23:5\d:\d\d)$/);
    await expect(page.locator(".notice:not(.late) > :not([role=alert])")).toHaveAttribute("aria-hidden", "true");
    // A screen shows only one of the two sentences about the time.
    expect((await boxOf(page.getByText("Wait 1 day"))).right - (await boxOf(page.getByText("Wait 1 day"))).left).toBeLessThan(2);
    await password(page).press("Enter");
    await page.getByLabel("Username or email").fill("bob");
    await page.getByLabel("Username or email").press("Enter");
    await submit(page).click({ force: true });
    await expect(submit(page)).toBeDisabled();
    expect(requests).toBe(1);
  });

  for (const [kind, status] of [
    ["after too many attempts", 429],
    ["for a server that is too busy", 503],
  ] as const) {
    test(`${kind} ends with an enabled button, and leaves the focus where the user types`, async ({ page }) => {
      // The page's clock, so that the wait ends neither before it was looked at nor long after.
      await page.clock.install();
      await refuseLogins(page, status, { detail: "Not now." }, { "retry-after": "90" });
      await page.goto("/login");
      await logInByForm(page, "ann");
      await expect(submit(page)).toBeDisabled();
      await expect(submit(page)).toBeFocused();
      // While the form is sent, its fields take no focus.
      await expect(page.getByLabel("Username or email")).toBeEnabled();
      await page.getByLabel("Username or email").focus();
      await page.clock.fastForward("01:30");
      await expect(page.locator("form").getByRole("alert")).toHaveText("You can try again now.");
      await expect(submit(page)).toBeEnabled();
      await expect(page.getByLabel("Username or email")).toBeFocused();
      await page.unroute("/api/token/");
      await submit(page).click();
      await expect(page.locator("form").getByRole("alert")).toHaveText(/don't match an account/);
    });
  }

  test("disables the log-out button, too", async ({ page, baseURL }) => {
    await page.clock.install();
    await arrive(page, baseURL ?? "");
    await page.route("/api/user/logout/", (route) =>
      route.fulfill({ status: 429, headers: { "retry-after": "60" }, body: "{}" }),
    );
    const button = page.getByRole("button", { name: "Log out" });
    await button.click();
    await expect(button).toBeDisabled();
    const alert = page.getByRole("banner").getByRole("alert");
    await expect(alert).toHaveText("You are still logged in. Too many attempts. Wait 1 minute, then try again.");
    await page.clock.fastForward("01:00");
    await expect(alert).toHaveText("You can try again now.");
    await page.unroute("/api/user/logout/");
    await button.press("Enter");
    await expect(page).toHaveURL("/login");
  });
});

test.describe("the focus", () => {
  test("is on the password after a wrong one, shown or hidden, and the Show button names its next action", async ({ page }) => {
    await refuseLogins(page, 401, { detail: "No active account found with the given credentials" });
    await page.goto("/login");
    await logInByForm(page, "ann");
    await expect(password(page)).toBeFocused();
    await page.getByRole("button", { name: "Show password", exact: true }).click();
    const hide = page.getByRole("button", { name: "Hide password", exact: true });
    expect(await hide.getAttribute("aria-pressed")).toBeNull();
    const background = (locator: Locator) => locator.evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(await background(hide)).not.toBe(await background(submit(page)));
    await submit(page).click();
    await expect(page.locator("form").getByRole("alert")).toBeVisible();
    await expect(password(page)).toBeFocused();
    await expect(password(page)).toHaveAttribute("type", "text");
  });

  for (const [kind, status, body, headers, said] of [
    [
      "too many attempts",
      429,
      { detail: "Request was throttled. Expected available in 90 seconds." },
      { "retry-after": "90" },
      "Too many attempts. Wait about 2 minutes, then try again.",
    ],
    [
      "a busy server",
      503,
      { detail: "Service temporarily unavailable.", code: "unavailable" },
      { "retry-after": "60" },
      "MovieConnect can't be reached just now. Wait 1 minute, then try again.",
    ],
    [
      "a server that fails",
      500,
      { detail: "Internal server error." },
      {},
      "MovieConnect can't be reached just now. Try again in a moment.",
    ],
    [
      "a refusal",
      403,
      { detail: "Cross-site request refused.", code: "cross_site" },
      {},
      "That was refused, because it seemed to come from another site. Reload this page, then try again.",
    ],
    ["a field that is not shown", 400, { city: ["This field is required."] }, {}, "city: Fill this in."],
    [
      "a message about no field",
      400,
      { non_field_errors: ["No data provided"] },
      {},
      "Something went wrong on this page. Reload it, then try again.",
    ],
  ] as const) {
    test(`is on the button after ${kind}, by mouse and by keyboard, and the failure is described in the pages' words`, async ({
      page,
    }) => {
      await refuseLogins(page, status, body, headers);
      await page.goto("/login");
      await logInByForm(page, "ann");
      const alert = page.locator("form").getByRole("alert");
      await expect(alert).toHaveText(said);
      await expect(submit(page)).toBeFocused();
      await page.reload();
      await expect(submit(page)).toBeEnabled();
      await page.getByLabel("Username or email").fill("ann");
      await password(page).fill(PASSWORD);
      await password(page).press("Enter");
      await expect(alert).toHaveText(said);
      await expect(submit(page)).toBeFocused();
    });
  }

  test("stays on a button that was pressed and failed: Log out, and Send of the page about the API", async ({
    page,
    baseURL,
  }) => {
    await page.goto("/docs");
    await page.route(/\/api\/user\/logout\/?$/, (route) => route.abort());
    const send = page.getByRole("region", { name: "Log out", exact: true }).getByRole("button", { name: "Send" });
    await expect(send).toBeEnabled();
    await send.focus();
    await page.keyboard.press("Enter");
    await expect(page.getByText("No answer came.")).toBeVisible();
    await expect(send).toBeFocused();
    await arrive(page, baseURL ?? "");
    const logOut = page.getByRole("button", { name: "Log out" });
    await expect(logOut).toBeEnabled();
    await logOut.focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("banner").getByRole("alert")).toHaveText(/^You are still logged in\./);
    await expect(logOut).toBeFocused();
  });
});

test.describe("without its scripts", () => {
  const looks = (locator: Locator) =>
    locator.evaluate((element) => {
      const { backgroundColor, borderTopStyle, cursor } = getComputedStyle(element);
      return { backgroundColor, borderTopStyle, cursor };
    });

  test("a form says that it needs them and looks disabled, and with scripts it says no such thing", async ({
    page,
    browser,
    baseURL,
  }) => {
    await page.goto("/login");
    await expect(submit(page)).toBeEnabled();
    await expect(page.getByText(/JavaScript/)).toHaveCount(0);
    const alive = await looks(submit(page));
    const context = await browser.newContext({ javaScriptEnabled: false, baseURL: baseURL ?? "" });
    const dead = await context.newPage();
    for (const [path, doing] of [
      ["/login", "Logging in"],
      ["/signup", "Signing up"],
      ["/docs", "Trying it out"],
    ] as const) {
      await dead.goto(path);
      await expect(dead.getByText(/JavaScript/).filter({ visible: true })).toHaveText(
        `${doing} needs JavaScript. Switch it on in this browser's settings, then reload the page.`,
      );
      await expect(submit(dead).first()).toBeDisabled();
      const { backgroundColor, borderTopStyle, cursor } = await looks(submit(dead).first());
      expect(backgroundColor).not.toBe(alive.backgroundColor);
      expect([borderTopStyle, cursor]).toEqual(["dashed", "not-allowed"]);
    }
    await dead.goto("/login");
    await expect(dead.getByRole("button", { name: "Show password" })).toBeDisabled();
    expect((await looks(dead.getByRole("button", { name: "Show password" }))).cursor).toBe("not-allowed");
    await context.close();
  });

  test("the home page says that the logout needs them", async ({ page, browser, baseURL }) => {
    await arrive(page, baseURL ?? "");
    const storageState = await page.context().storageState();
    const context = await browser.newContext({ javaScriptEnabled: false, baseURL: baseURL ?? "", storageState });
    const dead = await context.newPage();
    await dead.goto("/");
    await expect(dead.getByText(/^Logging out needs JavaScript\. Switch/)).toBeVisible();
    await expect(dead.getByRole("button", { name: "Log out" })).toBeDisabled();
    await context.close();
  });

  test("a form whose scripts never arrive says so after a while", async ({ page }) => {
    await page.route(/\.js$/, (route) => route.abort());
    for (const path of ["/login", "/signup"]) {
      await page.goto(path, { waitUntil: "commit" });
      const notice = page.getByText(/needs JavaScript, which has not arrived yet/);
      await expect(notice).toBeAttached();
      await expect(notice).toBeVisible();
      await expect(notice.getByRole("link", { name: "reload the page" })).toBeVisible();
      await expect(submit(page)).toBeDisabled();
    }
  });

  test("a form keeps what was typed before the scripts arrived, and judges it by the rules", async ({ page }) => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/\.js$/, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto("/signup", { waitUntil: "commit" });
    await expect(submit(page)).toBeDisabled();
    const username = await fillSignUp(page);
    release();
    await expect(submit(page)).toBeEnabled();
    await expect(page.getByLabel("Username")).toHaveValue(username);
    await expect(password(page)).toHaveValue(PASSWORD);
    await expect(page.getByRole("listitem").filter({ hasText: "At least 8 characters" })).toHaveText(/done$/);
  });
});

test("a password's rules are ticked off while it is typed, as the server would judge it", async ({ page }) => {
  await page.goto("/signup");
  await expect(submit(page)).toBeEnabled();
  const [long, common, unlike] = ["At least 8", "Not a common one", "Not like"].map((text) =>
    page.getByRole("listitem").filter({ hasText: text }),
  );
  const kept = async () => {
    const texts = await Promise.all([long, common, unlike].map((rule) => rule?.textContent()));
    return texts.map((text) => text?.endsWith(": done"));
  };
  expect(await kept()).toEqual([false, false, false]);
  await expect(page.getByRole("status")).toHaveText("");
  // The server counts a letter of several code units as one character.
  await password(page).fill("😀".repeat(7));
  await expect.poll(kept).toEqual([false, false, true]);
  await password(page).fill("😀".repeat(8));
  await expect.poll(kept).toEqual([true, false, true]);
  await expect(page.getByRole("status")).toHaveText("The password is long enough, and unlike the rest.");
  await password(page).fill("movieconnect");
  await expect.poll(kept).toEqual([true, false, false]);
  await password(page).fill("hitchcock1");
  await expect.poll(kept).toEqual([true, false, true]);
  // A change of another field can break the rule, too.
  await page.getByLabel("Username").fill(" hitchcock ");
  await expect.poll(kept).toEqual([true, false, false]);
  await page.getByLabel("Username").fill("ann");
  await expect.poll(kept).toEqual([true, false, true]);
  await page.getByLabel("Email").fill("ann@hitchcock.example");
  await expect.poll(kept).toEqual([true, false, false]);
  await expect(page.getByRole("status")).toHaveText("");
});

test("an empty form asks for each field in the pages' words", async ({ page }) => {
  for (const [path, words] of [
    ["/signup", ["Choose a username.", "Enter your email address.", "Enter your date of birth.", "Choose a password."]],
    ["/login", ["Enter your username or email address.", "Enter your password."]],
  ] as const) {
    await page.goto(path);
    await submit(page).click();
    await expect(page.locator("[aria-invalid=true]").first()).toBeFocused();
    for (const one of words) await expect(page.getByText(one, { exact: true })).toBeVisible();
    await expect(page.getByText(/This field|may not be blank/)).toHaveCount(0);
  }
});
