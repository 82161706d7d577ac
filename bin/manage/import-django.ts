import type { Database } from "#db/pool.ts";
import { config, presetConfig } from "#lib/config.ts";
import { countFindings } from "#lib/django/findings.ts";
import { blacklistReader } from "#lib/django/import-blacklist.ts";
import { importUsers } from "#lib/django/import-users.ts";
import { applicationSecret } from "./application-secret.ts";
import { type Arguments, mendedKinds, usageError, type Values } from "./arguments.ts";
import { describeImport, type ImportOutcome } from "./describe-import.ts";
import { type Site, withSite } from "./django-site.ts";
import { followDjango } from "./follow-django.ts";
import { showProgress } from "./progress.ts";
import { openRowsFile } from "./rows-file.ts";

/** The command `import django`. */
export async function importDjango(_managed: Database, { values }: Arguments) {
  const { "dry-run": isDry = false, follow = false } = values;
  if (isDry && follow) throw usageError("--dry-run and --follow exclude each other");
  const mended = mendedKinds(values);
  presetConfig(config().DATABASE_URL, await applicationSecret());
  const importOnce = () => withSite(values, "from", (site) => importAll(site, values));
  if (follow) {
    const json = await followDjango(values, mended, importOnce);
    return { lines: ["Stopped."], json };
  }
  const json = await importOnce();
  return { lines: describeImport(json), json, status: !isDry && json.tally.refused > 0 ? 1 : 0 };
}

async function importAll({ source, db, table, hasBlacklist }: Site, values: Values): Promise<ImportOutcome> {
  const { "dry-run": isDry = false, report } = values;
  const file = report === undefined ? null : await openRowsFile(report);
  const findings = countFindings(mendedKinds(values), (finding) => file?.add(finding));
  const reader = () => (hasBlacklist && !isDry ? blacklistReader(source, db)() : null);
  // Before the users: nobody who has logged out there is let in meanwhile. After them: their sessions are known as ended.
  const before = await reader();
  const tally = await importUsers(source, db, { table, isDry, findings, onProgress: showProgress("users") });
  const after = await reader();
  const blacklist = before && after && { tokens: after.tokens, sessions: before.sessions + after.sessions };
  const outcome = { dry_run: isDry, table: table.name, birth_date_column: table.birthDate, tally, blacklist };
  await file?.close({ ...outcome, kinds: findings.counts });
  return { ...outcome, kinds: findings.counts };
}
