import { withDirectDatabase } from "#db/direct-database.ts";
import { databaseIdentity, findUsersTable } from "#db/django-tables.ts";
import type { Database } from "#db/pool.ts";
import { config, presetConfig } from "#lib/config.ts";
import { countFindings } from "#lib/django/findings.ts";
import { importUsers } from "#lib/django/import-users.ts";
import { applicationSecret } from "./application-secret.ts";
import { type Arguments, mendedKinds } from "./arguments.ts";
import { describeImport } from "./describe-import.ts";
import { withDjango } from "./django-database.ts";
import { openRowsFile } from "./findings-file.ts";
import { showProgress } from "./progress.ts";

/** The command `import django`. */
export async function importDjango(managed: Database, { values }: Arguments) {
  const { "dry-run": isDry = false, report: path, from = "", "users-table": table, "birth-date-column": birthDate } = values;
  const mended = mendedKinds(values);
  presetConfig(config().DATABASE_URL, await applicationSecret());
  const file = path === undefined ? null : await openRowsFile(path);
  const findings = countFindings(mended, (finding) => file?.add(finding));
  const outcome = await withDjango("from", from, (source) =>
    withDirectDatabase(config().DATABASE_URL, async (db) => {
      if ((await databaseIdentity(source)) === (await databaseIdentity(db)))
        throw new Error("--from is the database of this application: name the one of the Django site");
      const users = await findUsersTable(source, { table, birthDate });
      const tally = await importUsers(source, db, { table: users, isDry, findings, onProgress: showProgress("users") });
      return { table: users.name, birth_date_column: users.birthDate, tally };
    }),
  );
  const json = { dry_run: isDry, ...outcome, kinds: findings.counts };
  await file?.close(json);
  return { lines: describeImport(json), json, status: !isDry && outcome.tally.refused > 0 ? 1 : 0 };
}
