import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { occupy, untilFree } from "./lock-socket.ts";
import { takeTurn } from "./ticket-lock.ts";

type Release = () => void;

/** A process that has just been told to stop is gone after this time. */
const STOPPING_MS = 5_000;

/**
 * Runs the action while no other process on this machine runs one for the same path; several processes take turns.
 * The lock is a socket: however its holder dies, the system closes it, and there is no stale lock file.
 */
export async function exclusively<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
  const release = await lock(nameOf(path));
  try {
    return await action();
  } finally {
    release();
  }
}

/**
 * Takes the lock of a path for as long as this process lives.
 * @returns false if another process holds it, and does not end within a few seconds
 */
export async function claim(path: string): Promise<boolean> {
  return Promise.race([lock(nameOf(path)).then(() => true), delay(STOPPING_MS, false)]);
}

function nameOf(path: string): string {
  return createHash("sha256").update(resolve(path)).digest("hex").slice(0, 32);
}

// Linux has sockets with a name and no file (abstract sockets, unix(7)), and so has Windows (named pipes).
function lock(name: string): Promise<Release> {
  if (process.platform === "linux") return takeName(`\0movieconnect-${name}`);
  if (process.platform === "win32") return takeName(`\\\\.\\pipe\\movieconnect-${name}`);
  // Not $TMPDIR: two commands of one user may have different ones.
  return takeTurn(`/tmp/movieconnect-${process.getuid?.()}-${name}`);
}

async function takeName(address: string): Promise<Release> {
  for (;;) {
    const release = await occupy(address);
    if (release) return release;
    await untilFree(address);
  }
}
