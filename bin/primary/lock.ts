import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { occupy, untilFree } from "./lock-socket.ts";
import { takeTurn } from "./ticket-lock.ts";

type Release = () => void;

/** One that was just told to stop is gone by then. */
const PATIENCE_MS = 5_000;

/**
 * Runs the action while no other process of this machine runs one for the same path; several take turns.
 * The lock is a socket: however its holder dies, the system takes it back, and no stale file is left to be judged.
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
 * @returns false when another process has it, and does not end within a few seconds
 */
export async function claim(path: string): Promise<boolean> {
  return Promise.race([lock(nameOf(path)).then(() => true), delay(PATIENCE_MS, false)]);
}

function nameOf(path: string): string {
  return createHash("sha256").update(resolve(path)).digest("hex").slice(0, 32);
}

// Linux has names of sockets without a file (unix(7), abstract sockets), and so has Windows (named pipes).
function lock(name: string): Promise<Release> {
  if (process.platform === "linux") return takeName(`\0movieconnect-${name}`);
  if (process.platform === "win32") return takeName(`\\\\.\\pipe\\movieconnect-${name}`);
  // Not in $TMPDIR, which two commands of one user may have set to different directories.
  return takeTurn(`/tmp/movieconnect-${process.getuid?.()}-${name}`);
}

async function takeName(address: string): Promise<Release> {
  for (;;) {
    const release = await occupy(address);
    if (release) return release;
    await untilFree(address);
  }
}
