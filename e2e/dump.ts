import { withDatabase } from "./harness.ts";

/** Every row of every table as text, as in a backup that was stolen. */
export function dump(databaseUrl: string): Promise<string> {
  return withDatabase(databaseUrl, async (query) => {
    const tables = await query("select tablename from pg_tables where schemaname = 'public' order by tablename");
    let text = "";
    for (const { tablename } of tables) {
      const rows = await query(`select t::text as row from public.${tablename} t`);
      text += rows.map(({ row }) => `${tablename} ${row}\n`).join("");
    }
    return text;
  });
}
