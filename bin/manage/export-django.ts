import type { Database } from "#db/pool.ts";
import { config, presetConfig } from "#lib/config.ts";
import { type Exported, endsExporter } from "#lib/django/export-ends.ts";
import { countStaying, STAYING, type Staying, type StayingKind } from "#lib/django/staying.ts";
import { applicationSecret } from "./application-secret.ts";
import { type Arguments, usageError, type Values } from "./arguments.ts";
import { columns } from "./columns.ts";
import { type Site, withSite } from "./django-site.ts";
import { repeat } from "./repeat.ts";
import { openRowsFile } from "./rows-file.ts";

type Outcome = { dry_run: boolean; has_blacklist: boolean; ended: Exported; staying: Staying };

const NONE: Exported = { sessions: 0, tokens: 0, added: 0 };

/** The command `export django`. */
export async function exportDjango(_managed: Database, { values }: Arguments) {
  const { "dry-run": isDry = false, follow = false, json: isJson = false } = values;
  if (isDry && follow) throw usageError("--dry-run and --follow exclude each other");
  presetConfig(config().DATABASE_URL, await applicationSecret());
  const outcome = await withSite(values, "to", (site) => exportOnce(site, values));
  const lines = describe(outcome);
  if (!follow) return { lines, json: outcome };
  if (!isJson) console.log([...lines, "", "Following what ends here, until stopped."].join("\n"));
  await followEnds(values);
  return { lines: ["Stopped."], json: outcome };
}

async function exportOnce({ source: site, db, table, hasBlacklist }: Site, values: Values): Promise<Outcome> {
  const { "dry-run": isDry = false, follow = false, report } = values;
  if (follow && !hasBlacklist) throw new Error("the site has no blacklist to follow with: it refuses no token before it expires");
  const file = report === undefined ? null : await openRowsFile(report);
  const ended = hasBlacklist ? await endsExporter(db, site, table, isDry)() : NONE;
  const staying = await countStaying(db, (row) => file?.add(row));
  const outcome = { dry_run: isDry, has_blacklist: hasBlacklist, ended, staying };
  await file?.close(outcome);
  return outcome;
}

async function followEnds(values: Values): Promise<void> {
  await repeat((next) =>
    withSite(values, "to", async ({ source: site, db, table }) => {
      const exportEnds = endsExporter(db, site, table, false);
      while (await next()) {
        const { sessions, added } = await exportEnds();
        if (added > 0) console.error(`${new Date().toISOString()} ended sessions: ${sessions}, tokens refused there: ${added}`);
      }
    }),
  );
}

function describe({ dry_run: isDry, has_blacklist: hasBlacklist, ended, staying }: Outcome): string[] {
  const found = Object.entries(staying).filter(([, count]) => count > 0);
  const { sessions, tokens, added } = ended;
  const written = isDry ? "Nothing was written." : `New on the blacklist there: ${added}.`;
  return [
    hasBlacklist
      ? `Sessions that ended here: ${sessions}; tokens of theirs: ${tokens}. ${written}`
      : "The site has no blacklist: it goes on accepting the tokens of sessions that ended here, until they expire.",
    "Nothing else is written there. What the site does not get:",
    ...(found.length === 0 ? ["  nothing is missing there"] : []),
    ...columns(
      ["rows", "kind", ""],
      found.map(([kind, count]) => [String(count), kind, STAYING[kind as StayingKind]]),
    ).slice(found.length === 0 ? 1 : 0),
  ];
}
