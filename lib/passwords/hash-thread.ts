import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { encode, isOutdated, matches } from "./format.ts";

/** A new password, or one to compare with what was encoded; `cost` is that of new encodings. */
export type HashTask = { password: string; cost: number; encoded?: string };
/** `encoded`: the password's encoding, where it was asked for or the one that was compared is out of date. */
export type HashResult = { isRight: boolean; encoded: string | null };
/** `ready` is said once, when the thread has loaded. */
export type HashMessage = { ready: true } | { result: HashResult } | { error: string };

// On Linux this is the priority of this thread alone: hashing takes what cores are idle, and the event loop goes first.
try {
  setPriority(0, 5);
} catch {
  // Where the system does not allow it, threads compete as equals.
}

parentPort?.on("message", (task: HashTask) => say(answer(task)));
say({ ready: true });

function say(message: HashMessage): void {
  parentPort?.postMessage(message);
}

function answer({ password, cost, encoded }: HashTask): HashMessage {
  try {
    if (encoded === undefined) return { result: { isRight: true, encoded: encode(password, cost) } };
    if (!matches(password, encoded)) return { result: { isRight: false, encoded: null } };
    return { result: { isRight: true, encoded: isOutdated(encoded, cost) ? encode(password, cost) : null } };
  } catch (error) {
    return { error: error instanceof Error ? error.message : "unknown" };
  }
}
