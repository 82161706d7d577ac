import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { encode, matches } from "./password-format";

export type HashTask = { password: string; cost: number } | { password: string; encoded: string };
export type HashResult = { result: string | boolean } | { error: string };

// On Linux this is the priority of this thread alone: hashing takes what cores are idle, and the event loop goes first.
try {
  setPriority(0, 5);
} catch {
  // Where the system does not allow it, threads compete as equals.
}

parentPort?.on("message", (task: HashTask) => {
  parentPort?.postMessage(answer(task));
});

function answer(task: HashTask): HashResult {
  try {
    const { password } = task;
    return { result: "cost" in task ? encode(password, task.cost) : matches(password, task.encoded) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : "unknown" };
  }
}
