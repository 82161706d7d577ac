import { countFindings } from "#lib/django/findings.ts";
import { blacklistReader, type Ends } from "#lib/django/import-blacklist.ts";
import { importNewUsers } from "#lib/django/import-new-users.ts";
import type { Mended } from "#lib/django/kinds.ts";
import type { Values } from "./arguments.ts";
import { describeImport, type ImportOutcome } from "./describe-import.ts";
import { type Site, withSite } from "./django-site.ts";
import { repeat } from "./repeat.ts";

const ALL_EVERY_MS = 30_000;

/**
 * Brings what happens at a Django site, until the process is told to stop: new users and tokens on the blacklist within a second or
 * two, other changes within half a minute, or as long as it takes to compare all users.
 * @returns what the latest import of all users did; null if there was none
 */
export async function followDjango(
  values: Values,
  mended: Mended,
  importAll: () => Promise<ImportOutcome>,
): Promise<ImportOutcome | null> {
  const comparing = compareAll(values, importAll);
  await repeat((next) =>
    withSite(values, "from", async (site) => {
      const readBlacklist = site.hasBlacklist ? blacklistReader(site.source, site.db) : null;
      do {
        comparing.startIfDue();
        await bringNewest(site, mended, readBlacklist);
      } while (await next());
    }),
  );
  return comparing.end();
}

// Runs beside what is done each second: comparing a million users takes longer than that.
function compareAll(values: Values, importAll: () => Promise<ImportOutcome>) {
  let latest: ImportOutcome | null = null;
  let due = 0;
  let running: Promise<void> | null = null;
  const keep = (outcome: ImportOutcome) => {
    tell(outcome, latest === null && !values.json);
    latest = outcome;
  };
  const run = async () => {
    await importAll().then(keep, complain);
    due = performance.now() + ALL_EVERY_MS;
    running = null;
  };
  return {
    startIfDue: () => {
      if (running === null && performance.now() >= due) running = run();
    },
    end: async () => {
      await running;
      return latest;
    },
  };
}

async function bringNewest(
  { source, db, table }: Site,
  mended: Mended,
  readBlacklist: (() => Promise<Ends>) | null,
): Promise<void> {
  const ends = await readBlacklist?.();
  if (ends && ends.sessions > 0) say(`ended sessions: ${ends.sessions}`);
  // What can't come is in the report of the comparison.
  const { created } = await importNewUsers(source, db, { table, findings: countFindings(mended, () => {}) });
  if (created > 0) say(`new users: ${created}`);
}

function tell(outcome: ImportOutcome, isFirst: boolean): void {
  const { created, changed } = outcome.tally;
  if (isFirst) console.log([...describeImport(outcome), "", "Following what happens there, until stopped."].join("\n"));
  else if (created + changed > 0) say(`new users: ${created}, changed: ${changed}`);
}

function say(text: string): void {
  console.error(`${new Date().toISOString()} ${text}`);
}

function complain(error: Error): void {
  console.error(`movieconnect: ${error.message}; trying again`);
}
