import { Worker } from "node:worker_threads";
import { AppError } from "#lib/errors.ts";
import { log } from "#lib/observe/log.ts";
import type { HashMessage, HashResult, HashTask } from "./hash-thread.ts";

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 30_000;

type Settle = { resolve: (result: HashResult) => void; reject: (error: Error) => void };
/** `down`: the thread has ended, or could not be loaded, and is started again at `retryAt`. Times are by `performance.now()`. */
export type HashThread = {
  state: "starting" | "idle" | "busy" | "down";
  worker: Worker | null;
  settle: Settle | null;
  startedAt: number;
  retryAt: number;
  failures: number;
};

/**
 * Starts a thread, and restarts it whenever it ends, each time after a longer wait until it gets a task done.
 * @param onChange called when the thread becomes idle, and when it goes down
 */
export function startHashThread(onChange: () => void): HashThread {
  const thread: HashThread = { state: "down", worker: null, settle: null, startedAt: 0, retryAt: 0, failures: 0 };
  start(thread, onChange);
  return thread;
}

/** Runs a task on an idle thread. @throws {AppError} `unavailable` when the thread ends before it answers */
export function runOnThread(thread: HashThread, task: HashTask): Promise<HashResult> {
  thread.state = "busy";
  thread.startedAt = performance.now();
  return new Promise((resolve, reject) => {
    thread.settle = { resolve, reject };
    thread.worker?.postMessage(task);
  });
}

function start(thread: HashThread, onChange: () => void): void {
  thread.state = "starting";
  try {
    thread.worker = new Worker(new URL("./hash-thread.ts", import.meta.url));
  } catch (error) {
    retry(thread, error, onChange);
    return;
  }
  const { worker } = thread;
  // An idle thread must not keep a stopping process alive.
  worker.unref();
  worker.on("message", (message: HashMessage) => {
    const { settle } = thread;
    thread.state = "idle";
    thread.settle = null;
    if ("result" in message) {
      thread.failures = 0;
      settle?.resolve(message.result);
    } else if ("error" in message) settle?.reject(new Error(message.error));
    onChange();
  });
  // An exit follows each error, and can also come without one.
  const end = (error: unknown) => {
    if (thread.worker === worker) retry(thread, error, onChange);
  };
  worker.on("error", end);
  worker.on("exit", (status) => end(new Error(`it exited with ${status}`)));
}

function retry(thread: HashThread, error: unknown, onChange: () => void): void {
  const { settle, state } = thread;
  const milliseconds = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** thread.failures);
  Object.assign(thread, { state: "down", worker: null, settle: null, retryAt: performance.now() + milliseconds });
  thread.failures += 1;
  const what = state === "starting" ? "a hashing thread could not be loaded" : "a hashing thread died";
  log().error({ err: error, retry_in_ms: milliseconds }, what);
  settle?.reject(new AppError("unavailable", { retryAfter: Math.ceil(milliseconds / 1_000) }));
  setTimeout(() => start(thread, onChange), milliseconds).unref();
  onChange();
}
