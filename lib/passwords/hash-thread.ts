import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { type Compared, type Comparison, compare } from "./compare.ts";
import { encode } from "./encode.ts";

/** A password to encode, or to compare; `cost` is the cost of new encodings. */
export type HashTask = { password: string; cost: number; comparison?: Comparison };
/** `encoded`: the encoding that was asked for, or a newer one of a password that was compared. */
export type HashResult = Compared;
/** `ready` is sent once, when the thread has loaded. */
export type HashMessage = { ready: true } | { result: HashResult } | { error: string };

// On Linux this lowers the priority of this thread alone: the event loop goes first, and hashing takes idle cores.
try {
  setPriority(0, 5);
} catch {
  // Where the system does not allow it, all threads have the same priority.
}

parentPort?.on("message", async (task: HashTask) => send(await answer(task)));
send({ ready: true });

function send(message: HashMessage): void {
  parentPort?.postMessage(message);
}

async function answer({ password, cost, comparison }: HashTask): Promise<HashMessage> {
  try {
    if (comparison) return { result: await compare(password, comparison, cost) };
    return { result: { isRight: true, encoded: encode(password, cost) } };
  } catch (error) {
    return { error: error instanceof Error ? error.message : "unknown" };
  }
}
