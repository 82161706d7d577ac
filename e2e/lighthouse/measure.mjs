import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

// node measure.mjs BROWSER mobile|desktop URL [COOKIE]: one load of a page by a browser with an empty cache, as JSON.

const [chromePath, device, url, cookie] = process.argv.slice(2);
const browser = await launch({ chromePath, chromeFlags: ["--headless=new", "--no-sandbox", "--disable-background-networking"] });
try {
  const { lhr } = await lighthouse(
    url,
    {
      port: browser.port,
      onlyCategories: ["performance"],
      logLevel: "silent",
      // Measures the page for a 404, too.
      ignoreStatusCode: true,
      ...(cookie ? { extraHeaders: { Cookie: cookie } } : {}),
    },
    device === "desktop" ? desktopConfig : undefined,
  );
  if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
  if (lhr.finalDisplayedUrl !== url) throw new Error(`${url} led to ${lhr.finalDisplayedUrl}`);
  const of = (audit) => lhr.audits[audit].numericValue;
  const figures = {
    score: Math.round(lhr.categories.performance.score * 100),
    "first paint ms": of("first-contentful-paint"),
    "largest paint ms": of("largest-contentful-paint"),
    "blocked ms": of("total-blocking-time"),
    shift: of("cumulative-layout-shift"),
    KB: of("total-byte-weight") / 1_000,
  };
  process.stdout.write(JSON.stringify(figures));
} finally {
  browser.kill();
}
