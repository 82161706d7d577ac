import type { DirectDatabase } from "#db/direct-database.ts";
import { findDjangoIds, findLastDjangoId, listDjangoUsers } from "#db/django-source.ts";
import type { UsersTable } from "#db/django-tables.ts";
import { listImportedIds, reserveIds } from "#db/django-users.ts";
import type { Database } from "#db/pool.ts";
import { type Contenders, contendersOf } from "./contenders.ts";
import { disableGone } from "./disable-gone.ts";
import type { Findings } from "./findings.ts";
import { importPage, NOTHING_DONE, type Tally } from "./import-page.ts";

export type ImportOptions = {
  table: UsersTable;
  isDry: boolean;
  findings: Findings;
  /** Called after each page */
  onProgress: (read: number, total: number) => Promise<void> | void;
};

/** Ids that are left to Django: it may create so many users before an id could mean two people. */
const IDS_AHEAD = 1_000_000;
const PAGE = 1_000;

/**
 * Brings the users of a Django site, and what changed since an earlier import. Nothing is written at the site. An import that was
 * interrupted is continued by the next one.
 * @throws {Error} if a database fails
 */
export async function importUsers(source: DirectDatabase, db: DirectDatabase, options: ImportOptions): Promise<Tally> {
  const { table, isDry, findings } = options;
  const gone: number[] = [];
  const tally = await source.snapshot(async (site) => {
    const contenders = await contendersOf(site, table);
    if (!isDry) await reserveIds(db, (await findLastDjangoId(site, table)) + IDS_AHEAD);
    return importPages(site, db, contenders, options, gone);
  });
  // An import that began later may have brought users whom this snapshot does not have.
  const stillThere = new Set(await findDjangoIds(source, table, gone));
  await disableGone(db, { ids: gone.filter((id) => !stillThere.has(id)), findings, isDry });
  return tally;
}

async function importPages(
  site: Database,
  db: DirectDatabase,
  contenders: Contenders,
  { table, isDry, findings, onProgress }: ImportOptions,
  gone: number[],
): Promise<Tally> {
  const tally = { ...NOTHING_DONE };
  for (let after = 0; ; ) {
    const users = await listDjangoUsers(site, table, after, PAGE);
    const isLast = users.length < PAGE;
    const until = isLast ? null : (users.at(-1)?.id ?? null);
    const there = new Set(users.map(({ id }) => id));
    gone.push(...(await listImportedIds(db, after, until)).filter((id) => !there.has(id)));
    add(tally, await importPage(db, users, { contenders, isDry, findings }));
    await onProgress(tally.read, contenders.total);
    if (until === null) return tally;
    after = until;
  }
}

function add(tally: Tally, more: Tally): void {
  for (const name of Object.keys(tally) as (keyof Tally)[]) tally[name] += more[name];
}
