import { readdirSync, watch } from "node:fs";
import { MIGRATIONS } from "#db/migration-state.ts";

/**
 * Reports each migration that is added while the application runs: only the next start runs it, and the source may already
 * depend on it.
 * @returns a function that stops watching
 */
export function watchMigrations(say: (line: string) => void): () => void {
  const known = new Set(readdirSync(MIGRATIONS));
  const watcher = watch(MIGRATIONS, () => {
    for (const file of readdirSync(MIGRATIONS)) {
      if (known.has(file) || !/^\d+_.+\.sql$/.test(file)) continue;
      known.add(file);
      say(`Note: db/migrations/${file} has not been run on the database: restart to run it.`);
    }
  });
  // If the directory is removed, the application goes on.
  watcher.on("error", () => watcher.close());
  return () => watcher.close();
}
