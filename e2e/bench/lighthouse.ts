import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { startPostgres } from "#e2e/harness.ts";
import { requireBrowser } from "#e2e/tools/browser.ts";
import { hasTools, installTools, type Tools } from "#e2e/tools/tool-packages.ts";
import { median } from "./figures.ts";
import { logIn, signUp } from "./load.ts";
import { startForBench } from "./server.ts";

// What Lighthouse says of each page, on its slow phone and its desktop: medians of rounds in which all of them take part.

const LIGHTHOUSE = join(import.meta.dirname, "..", "lighthouse");
const ROUNDS = 5;
const PAGES = ["/login", "/signup", "/", "/nothing-here", "/docs"];
const DEVICES = ["mobile", "desktop"];

type Figures = Record<string, number>;

const TOOLS: Tools = { directory: "lighthouse", name: "Lighthouse", neededBy: "the measurements by Lighthouse" };

/** @throws {Error} one line: there is no browser, or Lighthouse can't be installed */
export async function bench(): Promise<void> {
  if (!hasTools(TOOLS.directory) && !installTools(console.log, TOOLS)) throw new Error("Lighthouse can't be installed from npm");
  const browser = requireBrowser();
  const postgres = await startPostgres();
  const server = await startForBench({ DATABASE_URL: postgres.url });
  try {
    const cookie = await logIn(server, await signUp(server));
    const measure = (page: string, device: string) => {
      const once = () => measurePage(browser, device, server.origin + page, page === "/" ? cookie : "");
      // On a busy machine it misses where the page's trace began, and asks to be run again (NO_NAVSTART).
      return once().catch(once);
    };
    console.table(await inRounds(measure));
  } finally {
    await server.stop();
    await postgres.stop();
  }
}

async function inRounds(measure: (page: string, device: string) => Promise<Figures>): Promise<Record<string, Figures>> {
  const all = DEVICES.flatMap((device) => PAGES.map((page) => ({ device, page, turns: [] as Figures[] })));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { device, page, turns } of all) {
      const figures = await measure(page, device);
      turns.push(figures);
      // It takes ten minutes, and may be interrupted.
      console.log(JSON.stringify({ page, device, ...figures }));
    }
  }
  return Object.fromEntries(all.map(({ device, page, turns }) => [`${page}, ${device}`, medians(turns)]));
}

async function measurePage(browser: string, device: string, url: string, cookie: string): Promise<Figures> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(LIGHTHOUSE, "measure.mjs"), browser, device, url, cookie]);
  return JSON.parse(stdout);
}

function medians(turns: Figures[]): Figures {
  const names = Object.keys(turns[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, Math.round(median(turns.map((each) => each[name] ?? 0)) * 100) / 100]));
}
