import { readdirSync, watch } from "node:fs";
import { MIGRATIONS } from "#db/migration-state.ts";

/**
 * Tells of each migration that is written while the application runs: the next start runs it, and until then the database
 * lacks what the source may already ask for.
 * @returns ends the watch
 */
export function tellPendingMigrations(say: (line: string) => void): () => void {
  const known = new Set(readdirSync(MIGRATIONS));
  const watcher = watch(MIGRATIONS, () => {
    for (const file of readdirSync(MIGRATIONS)) {
      if (known.has(file) || !/^\d+_.+\.sql$/.test(file)) continue;
      known.add(file);
      say(`Note: db/migrations/${file} has not been run on the database: stop and start again, and it is.`);
    }
  });
  // A directory that is removed meanwhile ends nothing.
  watcher.on("error", () => watcher.close());
  return () => watcher.close();
}
