import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Ask } from "./requirements.ts";

export const MIGRATIONS = join(import.meta.dirname, "migrations");

type Tables = { tables: string[]; is_ours: boolean; may_create: boolean };

/**
 * Looks at what a database holds, before the migrations run on it.
 * @returns `problem`: one line, if they can't run; `newer`: the names of migrations that only a later version knows
 */
export async function inspectMigrations(ask: Ask): Promise<{ problem?: string; newer: string[] }> {
  const known = (await readdir(MIGRATIONS)).filter((file) => file.endsWith(".sql")).map((file) => file.slice(0, -".sql".length));
  const { tables, is_ours: isOurs, may_create: mayCreate } = await readTables(ask);
  const run = isOurs ? await ask<{ name: string }>("select name from public.migrations") : [];
  const names = new Set(run.map(({ name }) => name));
  const newer = [...names].filter((name) => !known.includes(name));
  const [first = ""] = known.sort();
  // Tables of these names exist, and none of our migrations created them.
  if (tables.length > 0 && !names.has(first)) {
    const problem = `the database has tables of another application (${tables.join(", ")}): give MovieConnect a database of its own`;
    return { problem, newer: [] };
  }
  if (known.every((name) => names.has(name)) || mayCreate) return { newer };
  const problem =
    "the role of DATABASE_URL may not create tables in the schema public: grant create on schema public to it, or make it the database's owner";
  return { problem, newer };
}

async function readTables(ask: Ask): Promise<Tables> {
  const [found] = await ask<Tables>(
    `select
       array(select name from unnest($1::text[]) as name where to_regclass('public.' || name) is not null) as tables,
       exists (select from pg_attribute where attrelid = to_regclass('public.migrations') and attname = 'run_on') as is_ours,
       has_schema_privilege('public', 'create') as may_create`,
    [["users", "passwords", "sessions", "revocations", "migrations"]],
  );
  return found ?? { tables: [], is_ours: false, may_create: false };
}
