import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium, expect, test } from "playwright/test";
import { freePort } from "#db/embedded/ports.ts";
import { newSession, signUp } from "./client.ts";
import { claimsOf } from "./forge.ts";
import { startServer } from "./harness.ts";
import { hasNginx, startNginx } from "./nginx-server.ts";
import { logInByForm } from "./people.ts";

// A site of the same domain, over plain http, can make the browser send cookies of its choice: with `Domain`, and with names
// that the browser does not take for `__Host-`.

/** Characters that JavaScript's `trim` removes from a name and browsers do not, and others that make a name look like ours. */
const DISGUISES = ["\xa0__Host-", "\xa0\xa0__Host-", "\x85__Host-", ""];

test("a site of the same domain can't put its own session into a visitor's browser", async ({ launchOptions: options }) => {
  test.skip(!hasNginx(), "there is no Nginx");
  const ports = { http: await freePort(), https: await freePort() };
  const publicUrl = `https://movies.site.test:${ports.https}`;
  const server = await startServer({
    DATABASE_URL: process.env.TEST_DATABASE_URL ?? "",
    PUBLIC_URL: publicUrl,
    WEB_CONCURRENCY: "1",
  });
  const nginx = await startNginx({ mode: "production", upstreams: [new URL(server.origin).host], ports, publicUrl });
  const attacker = await newSession(nginx.https);
  const evil = createServer((_request, response) => {
    const cookies = DISGUISES.flatMap((disguise) => [
      `${disguise}access_token=${attacker.cookies["__Host-access_token"]}; Domain=site.test; Path=/`,
      `${disguise}refresh_token=${attacker.refresh}; Domain=site.test; Path=/`,
      `${disguise}refresh_token=${attacker.refresh}; Domain=site.test; Path=/api/token`,
    ]);
    response.writeHead(200, { "Content-Type": "text/html", "Set-Cookie": cookies }).end("planted");
  });
  evil.listen(0, "127.0.0.1");
  await once(evil, "listening");
  const browser = await chromium.launch({
    ...options,
    args: [...(options.args ?? []), "--host-resolver-rules=MAP *.site.test 127.0.0.1"],
  });
  try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto(`http://evil.site.test:${(evil.address() as AddressInfo).port}/`);
    const planted = await context.cookies(publicUrl);
    expect(planted.filter(({ name }) => name.endsWith("__Host-refresh_token")).length).toBeGreaterThan(0);
    // A visitor without a session gets none.
    await page.goto(publicUrl);
    await expect(page).toHaveURL(/\/login/);
    // A visitor with a session keeps it through pages, renewals and calls.
    const victim = await signUp(nginx.https);
    await logInByForm(page, victim.username);
    const heading = page.getByRole("heading", { level: 1 });
    await expect(heading).toHaveText(`Welcome, ${victim.username}`);
    await page.goto(`http://evil.site.test:${(evil.address() as AddressInfo).port}/`);
    await page.goto(publicUrl);
    await expect(heading).toHaveText(`Welcome, ${victim.username}`);
    const answers = await page.evaluate(async () => {
      const refresh = await fetch("/api/token/refresh/", { method: "POST" });
      const profile = await fetch("/api/user/profile/");
      return [refresh.status, await profile.json()];
    });
    expect(answers).toEqual([200, { username: victim.username }]);
    // As when the access token has expired: the browser drops its cookie, and a page renews the session by itself. The planted ones
    // are still good.
    const own = async (name: string) =>
      (await context.cookies(publicUrl)).find((cookie) => cookie.name === name && cookie.domain === "movies.site.test");
    await context.clearCookies({ name: "__Host-access_token", domain: "movies.site.test" });
    expect(await own("__Host-access_token")).toBeUndefined();
    await page.goto(publicUrl);
    await expect(heading).toHaveText(`Welcome, ${victim.username}`);
    expect(claimsOf((await own("__Host-refresh_token"))?.value ?? "").user_id).toBe(victim.id);
  } finally {
    await browser.close();
    evil.close();
    await nginx.stop();
    await server.stop();
  }
});
