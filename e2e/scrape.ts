import { send } from "./client.ts";

/** The metrics in Prometheus' text format. @param url a test server's `metrics` */
export async function scrapeText(url: string): Promise<string> {
  const { origin, pathname } = new URL(url);
  const { status, text } = await send(origin, "GET", pathname);
  if (status !== 200) throw new Error(`a scrape answered ${status}: ${text}`);
  return text;
}

/** The metrics' series, by name and labels as in `up{job="x"}`. @param url a test server's `metrics` */
export async function scrape(url: string): Promise<Map<string, number>> {
  const lines = (await scrapeText(url)).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
}
