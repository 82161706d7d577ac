import { randomBytes } from "node:crypto";
import { mkdir, readFile, realpath, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Embedded, startEmbedded } from "#db/embedded/embedded.ts";
import { exclusively } from "./lock.ts";
import { restartPostgres } from "./restart-postgres.ts";

type DataDirectory = { embedded: Embedded; secret: string; close: () => Promise<void> };
type Options = { settings: Record<string, number>; say: (line: string) => void };

/**
 * Opens the data directory of a start without DATABASE_URL: the embedded database, and the secret that signs tokens. Until
 * `close` is called, a database that is killed is started again.
 * @throws {Error} one line that says what failed
 */
export async function openDataDirectory(directory: string, { settings, say }: Options): Promise<DataDirectory> {
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch(explain);
  const path = await realpath(directory);
  let isWanted = true;
  const whenLost = restartPostgres(path, () => isWanted, say);
  return exclusively(path, async () => {
    const secret = await keepSecret(directory).catch(explain);
    const embedded = await startEmbedded(directory, { settings, whenLost });
    const close = () => {
      isWanted = false;
      return exclusively(path, embedded.stop);
    };
    return { embedded, secret, close };
  });

  function explain(error: NodeJS.ErrnoException): never {
    throw new Error(`DATA_DIR ${directory} can't be used (${error.code}): set it to a directory that you may write to`);
  }
}

async function keepSecret(directory: string): Promise<string> {
  const file = join(directory, "auth-secret");
  const kept = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (kept) return kept;
  const secret = randomBytes(32).toString("base64url");
  // The rename keeps a half-written file from being read, even if this process is killed half-way.
  await writeFile(`${file}.new`, secret, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return secret;
}
