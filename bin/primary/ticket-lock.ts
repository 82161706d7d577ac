import { randomUUID } from "node:crypto";
import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { occupy, untilFree } from "./lock-socket.ts";

/**
 * A lock for systems where a socket is a file, which a killed holder leaves behind: Lamport's bakery algorithm. Each process
 * takes a ticket, a socket with a number in a name that is never used again, and waits until all earlier tickets have closed. A
 * ticket is valid if none follows it once it accepts connections. Otherwise a later process may have missed it, and the process
 * takes another ticket.
 * @param directory created if it is missing; short, since a socket's path may have 103 bytes
 * @returns a function that releases the lock
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
        // The name is never used again. A process that has just taken an earlier ticket sees mine, and takes another.
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
