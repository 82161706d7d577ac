import type { DirectDatabase } from "#db/direct-database.ts";
import { findLastDjangoId, listDjangoUsers } from "#db/django-source.ts";
import { contendersIn } from "./contenders.ts";
import { importPage, type Tally } from "./import-page.ts";
import type { ImportOptions } from "./import-users.ts";

/** A transaction that began earlier can add a lower id later. So many ids are looked at. */
const NEWEST = 1_000;

/** Brings the newest users of a Django site: a look that costs little, between imports of all. */
export async function importNewUsers(
  source: DirectDatabase,
  db: DirectDatabase,
  { table, findings }: Pick<ImportOptions, "table" | "findings">,
): Promise<Tally> {
  const last = await findLastDjangoId(source, table);
  const users = await listDjangoUsers(source, table, Math.max(0, last - NEWEST), NEWEST);
  const contenders = await contendersIn(async function* () {
    yield users;
  });
  return importPage(db, users, { contenders, isDry: false, findings });
}
