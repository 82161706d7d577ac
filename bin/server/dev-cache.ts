import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Opens what `npm run dev` keeps of its compilations for the next start. One that was not closed is removed: its process was
 * killed, and may have left some of it behind what it had served.
 * @param directory where the source is
 * @returns a function that marks it as closed, to be called when all of it is written
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
