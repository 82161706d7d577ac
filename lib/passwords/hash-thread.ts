import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { encode, isOutdated, matches } from "./format.ts";

/** A password to encode, or to compare with `encoded`; `cost` is the cost of new encodings. */
export type HashTask = { password: string; cost: number; encoded?: string };
/** `encoded`: a new encoding of the password, if one was asked for or the compared one is outdated. */
export type HashResult = { isRight: boolean; encoded: string | null };
/** `ready` is sent once, when the thread has loaded. */
export type HashMessage = { ready: true } | { result: HashResult } | { error: string };

// On Linux this lowers the priority of this thread alone: the event loop goes first, and hashing takes idle cores.
try {
  setPriority(0, 5);
} catch {
  // Where the system does not allow it, all threads have the same priority.
}

parentPort?.on("message", (task: HashTask) => send(answer(task)));
send({ ready: true });

function send(message: HashMessage): void {
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
