import { randomBytes } from "node:crypto";
import { mkdir, readFile, realpath, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Embedded, startEmbedded } from "../db/embedded.ts";
import { exclusively } from "./lock.ts";

type DataDirectory = { embedded: Embedded; secret: string; close: () => Promise<void> };

/**
 * What a start without DATABASE_URL keeps: the database, and beside it the secret that signs its sessions' tokens.
 * @throws {Error} one line that says what failed
 */
export async function openDataDirectory(directory: string, settings: Record<string, number>): Promise<DataDirectory> {
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch(explain);
  const path = await realpath(directory);
  return exclusively(path, async () => {
    const secret = await keepSecret(directory).catch(explain);
    const embedded = await startEmbedded(directory, { settings });
    return { embedded, secret, close: () => exclusively(path, embedded.stop) };
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
  // Whole or not at all, also when this process is killed half-way.
  await writeFile(`${file}.new`, secret, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return secret;
}
