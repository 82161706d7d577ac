import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "playwright/test";

// A page whose HTML comes in two parts, as from a busy machine: the browser may paint the first part alone.

/** How long the second part is late: a browser paints within this time. */
const LATE_MS = 300;

let server: Server;
test.afterEach(() => {
  server.close();
});

/** Serves the application's pages, and stops for a while in front of this text. */
async function pauseBefore(text: string): Promise<string> {
  const { hostname, port } = new URL(process.env.TEST_ORIGIN ?? "");
  server = createServer((asked, answer) => {
    const headers = { ...asked.headers, "accept-encoding": "identity" };
    const passing = request({ hostname, port, path: asked.url, method: asked.method, headers }, (passed) => {
      answer.writeHead(passed.statusCode ?? 500, passed.headers);
      if (!passed.headers["content-type"]?.startsWith("text/html")) return passed.pipe(answer);
      return passed.toArray().then((chunks) => {
        const html = Buffer.concat(chunks);
        const end = html.indexOf(text);
        answer.write(html.subarray(0, end));
        setTimeout(() => answer.end(html.subarray(end)), LATE_MS);
      });
    });
    asked.pipe(passing);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

for (const [path, text] of [
  ["/nothing-here", "</main>"],
  // The seats, below the screen.
  ["/login", '<svg viewBox="0 0 600'],
] as const) {
  test(`${path} is painted once it is whole: a part that arrives late moves nothing`, async ({ page }) => {
    const origin = await pauseBefore(text);
    await page.addInitScript(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => entry.startTime))).observe({
        type: "layout-shift",
        buffered: true,
      });
    });
    await page.goto(`${origin}${path}`);
    await page.waitForLoadState("networkidle");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    expect(await page.evaluate(() => Reflect.get(window, "shifts"))).toEqual([]);
    await expect(page.locator("#whole")).toHaveCount(1);
  });
}
