import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Opens the compilations that `npm run dev` keeps for the next start. A cache that was not closed is removed: its process was
 * killed, so parts of the cache may be older than the pages that were served.
 * @param directory where the source is
 * @returns a function that marks the cache as closed; call it when all of the cache is written
 */
export async function openDevCache(directory: string): Promise<() => Promise<void>> {
  const kept = join(directory, ".next", "dev");
  const mark = join(kept, "cache", "open");
  if (await exists(mark)) await rm(kept, { recursive: true, force: true });
  await mkdir(join(kept, "cache"), { recursive: true });
  await writeFile(mark, "");
  return () => rm(mark, { force: true });
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
