import type { DirectDatabase } from "#db/direct-database.ts";
import type { DjangoUser } from "#db/django-source.ts";
import { type ImportedUser, listDeletedHere, listEmailHolders, listImported, listNameHolders } from "#db/django-users.ts";
import type { Database } from "#db/pool.ts";
import { addPasswordFormats, insertImported, updateImported, updateStanding } from "#db/write-django-users.ts";
import { usernameKey } from "#lib/names/username-key.ts";
import { formatOf } from "#lib/passwords/formats.ts";
import { signUpInput } from "#lib/schemas.ts";
import { digest, FIELDS } from "./brought.ts";
import type { Contenders } from "./contenders.ts";
import type { Findings } from "./findings.ts";
import { judgeUser, lowerEmail, type Taken } from "./judge-user.ts";
import { newNames } from "./new-name.ts";
import { type Plan, planInsert, planUpdate } from "./plan-import.ts";

/** How many users were read, and what became of them. `refused`: they did not come. */
export type Tally = { read: number; created: number; changed: number; unchanged: number; refused: number };
export const NOTHING_DONE: Tally = { read: 0, created: 0, changed: 0, unchanged: 0, refused: 0 };

type Options = { contenders: Contenders; isDry: boolean; findings: Findings };

const MOST_TRIES = 3;

/** Brings some users. Those whose account here is changed at the same moment are looked at again. */
export async function importPage(db: DirectDatabase, users: DjangoUser[], options: Options): Promise<Tally> {
  const tally = { ...NOTHING_DONE, read: users.length };
  let left = users;
  for (let tries = 0; left.length > 0; tries += 1) {
    const plans = await planPage(db, left, options);
    const done = options.isDry ? new Set(plans.keys()) : await carryOut(db, plans);
    if (tries >= MOST_TRIES && done.size < plans.size)
      throw new Error("accounts are changed here faster than they can be brought");
    for (const [id, plan] of plans) if (done.has(id)) count(tally, plan, options.findings);
    left = left.filter(({ id }) => !done.has(id));
  }
  return tally;
}

async function planPage(db: Database, users: DjangoUser[], { contenders, findings }: Options): Promise<Map<number, Plan>> {
  const ids = users.map(({ id }) => id);
  const here = new Map((await listImported(db, ids)).map((each) => [each.id, each]));
  const deleted = new Set(await listDeletedHere(db, ids));
  const coming = users.filter((user) => !deleted.has(user.id) && !isUnchanged(user, here.get(user.id)));
  const rules = { taken: await takenBy(db, coming, contenders), isMended: findings.isMended, now: new Date() };
  const planOf = (user: DjangoUser): Plan => {
    const { id, username: name } = user;
    const ours = here.get(id);
    if (ours && !ours.brought) return { does: "refuse", findings: [{ kind: "id_taken", id, name, becomes: ours.username }] };
    if (deleted.has(id)) return { does: "refuse", findings: [{ kind: "deleted_here", id, name }] };
    const judges = judgeUser(user, rules);
    return ours?.brought ? planUpdate(user, { ...ours, brought: ours.brought }, judges) : planInsert(user, judges);
  };
  return new Map(users.map((user) => [user.id, planOf(user)]));
}

function isUnchanged(user: DjangoUser, ours: ImportedUser | undefined): boolean {
  const { brought = null } = ours ?? {};
  return brought !== null && FIELDS.every((field) => digest(user[field]) === brought[field][0]);
}

async function takenBy(db: Database, users: DjangoUser[], contenders: Contenders): Promise<Taken> {
  const keys = users.flatMap(({ id, username }) => [username, ...newNames(username, id)].map(usernameKey));
  const emails = users.flatMap(({ email }) => signUpInput.shape.email.safeParse(email).data ?? []).map(lowerEmail);
  const nameHolders = new Map((await listNameHolders(db, keys)).map(({ value, id }) => [value, id]));
  // An address can have two: the account that has it, and one that had it until lately.
  const emailHolders = await listEmailHolders(db, emails);
  const emailOwners = new Map<string, number[]>();
  for (const { value, id } of emailHolders) emailOwners.set(value, [...(emailOwners.get(value) ?? []), id]);
  const { nameKeeper, emailKeeper, isName } = contenders;
  const isOther = (holder: number | undefined, id: number) => holder !== undefined && holder !== id;
  return {
    name: (key, id) => isOther(nameHolders.get(key) ?? nameKeeper(key), id),
    newName: (key, id) => isOther(nameHolders.get(key), id) || isName(key),
    email: (lower, id) => emailOwners.get(lower)?.some((owner) => owner !== id) ?? isOther(emailKeeper(lower), id),
  };
}

/** @returns the ids of the users whose plan was carried out */
async function carryOut(db: DirectDatabase, plans: Map<number, Plan>): Promise<Set<number>> {
  const rows = [...plans.values()];
  const inserts = rows.flatMap((plan) => (plan.does === "insert" ? [plan.row] : []));
  const updates = rows.flatMap((plan) => (plan.does === "update" ? [plan.row] : []));
  const notes = rows.flatMap((plan) => (plan.does === "note" ? [plan.row] : []));
  const hashes = [...inserts, ...updates].flatMap(({ password }) => password ?? []);
  // Before the hashes themselves: from now on every refusal takes as long as these formats do.
  if (hashes.length > 0) await addPasswordFormats(db, [...new Set(hashes.flatMap((hash) => formatOf(hash) ?? []))]);
  const created = inserts.length === 0 ? [] : await insertImported(db, inserts).catch(noneIfTaken);
  const changed = updates.length === 0 ? [] : await updateImported(db, updates).catch(noneIfTaken);
  if (notes.length > 0) await updateStanding(db, notes);
  const done = new Set([...created, ...changed]);
  return new Set([...plans].flatMap(([id, { does }]) => (["insert", "update"].includes(does) && !done.has(id) ? [] : [id])));
}

// unique_violation: a signup or a change took a name or an address since it was looked up.
function noneIfTaken(error: unknown): number[] {
  if ((error as NodeJS.ErrnoException).code === "23505") return [];
  throw error;
}

function count(tally: Tally, { does, findings: found }: Plan, findings: Findings): void {
  for (const finding of found) findings.add(finding);
  if (does === "insert") tally.created += 1;
  else if (does === "update") tally.changed += 1;
  else if (does === "refuse") tally.refused += 1;
  else tally.unchanged += 1;
}
