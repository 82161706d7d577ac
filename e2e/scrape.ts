import { send } from "./client.ts";
import { eventually } from "./harness.ts";

/** The metrics in Prometheus' text format. @param url a test server's `metrics` */
export async function scrapeText(url: string): Promise<string> {
  const { origin, pathname } = new URL(url);
  const { status, text } = await send(origin, "GET", pathname);
  if (status !== 200) throw new Error(`a scrape answered ${status}: ${text}`);
  return text;
}

/** As `scrapeText`, with what every worker reports now: a busy one may be too late, and counts with what it reported before. */
export async function scrapeWhole(url: string): Promise<string> {
  let text = "";
  await eventually(async () => {
    text = await scrapeText(url);
    return /^movieconnect_workers\{state="silent"\} 0$/m.test(text);
  });
  return text;
}

/**
 * The metrics' series, by name and labels as in `up{job="x"}`.
 * @param url a test server's `metrics`
 * @param scraped `scrapeWhole` waits for every worker
 */
export async function scrape(url: string, scraped = scrapeText): Promise<Map<string, number>> {
  const lines = (await scraped(url)).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
}
