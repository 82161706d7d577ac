import { listAllDeletedHere, listStaying } from "#db/django-way-back.ts";
import type { Database } from "#db/pool.ts";

/** What a Django site does not get back, and what an operator can do about it. */
export const STAYING = {
  made_here: "accounts made here: they can't log in there; create them there, and have them ask for a new password",
  deleted_here: "accounts deleted here: they live on there; delete them there",
  password_set_here: "passwords set here: the old ones are good there; have these people ask for a new one there",
  without_password: "accounts without a password here: as there, or their hash did not come; nothing, unless it was removed here",
  name_changed_here: "names changed here, by their owners or by the import: they log in there with the old ones",
  email_changed_here: "addresses changed here, by their owners or by the import: mails from there go to the old ones",
  birth_date_changed_here: "birth dates changed here: the old ones are there",
  switched_here: "accounts disabled or enabled here: they are not there; do the same there",
  other_ways_in: "accounts with codes, passkeys or other providers: there the password alone opens them",
};

export type StayingKind = keyof typeof STAYING;
export type Staying = Record<StayingKind, number>;
export type StayingRow = { kind: StayingKind; id: number; name?: string };

const PAGE = 5_000;

/** Counts what a Django site does not get back. @param list gets every account, once for each kind */
export async function countStaying(db: Database, list: (row: StayingRow) => void): Promise<Staying> {
  const counts = Object.fromEntries(Object.keys(STAYING).map((kind) => [kind, 0])) as Staying;
  const add = (row: StayingRow) => {
    counts[row.kind] += 1;
    list(row);
  };
  for (const id of await listAllDeletedHere(db)) add({ kind: "deleted_here", id });
  for (let after = 0; ; ) {
    const page = await listStaying(db, after, PAGE);
    for (const { id, name, kinds } of page) for (const kind of kinds) add({ kind: kind as StayingKind, id, name });
    after = page.at(-1)?.id ?? after;
    if (page.length < PAGE) return counts;
  }
}
