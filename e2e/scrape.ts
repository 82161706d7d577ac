import { send } from "./client.ts";

/** The metrics as somebody on this machine gets them: series by name and labels, as in `up{job="x"}`. */
export async function scrape(origin: string): Promise<Map<string, number>> {
  const { status, text } = await send(origin, "GET", "/api/metrics/");
  if (status !== 200) throw new Error(`a scrape answered ${status}: ${text}`);
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
}
