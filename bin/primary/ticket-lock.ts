import { randomUUID } from "node:crypto";
import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { occupy, untilFree } from "./lock-socket.ts";

/**
 * A lock for systems where a socket has a file, which its holder leaves behind when it is killed: Lamport's bakery. Each
 * process takes a ticket, a socket whose name has a number and is never used again, and waits for those before it to close.
 * A ticket counts if none is after it once it can be connected to; else a holder may have missed it, and another is taken.
 * @param directory made if it is missing; short, since the path of a socket has room for 103 bytes
 * @returns a function that lets the next one go on
 */
export async function takeTurn(directory: string): Promise<() => void> {
  await mkdir(directory, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  const { uid } = await lstat(directory);
  if (uid !== process.getuid?.())
    throw new Error(`${directory} belongs to another user, and keeps the lock from working: remove it`);
  for (;;) {
    const last = (await tickets(directory)).at(-1);
    const mine = ticket(last === undefined ? 1 : numberOf(last) + 1);
    const release = await occupy(join(directory, mine));
    if (!release) continue;
    const all = await tickets(directory);
    if (all.at(-1) === mine) {
      for (const before of all.slice(0, -1)) {
        await untilFree(join(directory, before));
        // No other process has this name, or gets it again. One that has its ticket just now sees mine, and takes another.
        await rm(join(directory, before), { force: true });
      }
      return release;
    }
    release();
  }
}

const ticket = (number: number) => `${String(number).padStart(12, "0")}-${randomUUID().slice(0, 8)}`;
const numberOf = (name: string) => Number(name.split("-", 1)[0]);

async function tickets(directory: string): Promise<string[]> {
  return (await readdir(directory)).sort();
}
