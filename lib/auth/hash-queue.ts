import "server-only";

import { Worker } from "node:worker_threads";
import { type Span, trace } from "@opentelemetry/api";
import { config } from "../config";
import { AppError } from "../errors";
import { log } from "../log";
import { metrics } from "../metrics";
import { withoutRequest } from "../request-context";
import { LONGEST_HASH_ANSWER_SECONDS } from "./hash-budget";
import type { HashResult, HashTask } from "./hash-thread";

type Job = { task: HashTask; span: Span; resolve: (result: string | boolean) => void; reject: (error: Error) => void };
type Thread = { worker: Worker; job: Job | null; startedAt: number };
type Queue = { threads: Thread[]; waiting: Job[]; secondsPerTask: number };

// One per process, whatever the bundle.
const shared = globalThis as typeof globalThis & { movieconnectHashQueue?: Queue };

/**
 * Hashes or compares on a thread of its own: bcrypt takes a large part of a second, and the event loop has none to give.
 * @throws {AppError} `unavailable`, with how long the wait would be, when it would be over 15 s
 */
export function runHashTask(task: HashTask): Promise<string | boolean> {
  const queue = hashQueue();
  const wait = expectedWaitSeconds(queue);
  if (wait > LONGEST_HASH_ANSWER_SECONDS) {
    metrics().hashesRefused.inc();
    return Promise.reject(new AppError("unavailable", { retryAfter: Math.ceil(wait) }));
  }
  const span = trace.getTracer("movieconnect").startSpan("cost" in task ? "hash a password" : "compare a password");
  const result = new Promise<string | boolean>((resolve, reject) => {
    queue.waiting.push({ task, span, resolve, reject });
    dispatch(queue);
  });
  return result.finally(() => span.end());
}

/** How many tasks wait for a thread, and how many have one. Starts none. */
export function hashLoad(): { waiting: number; running: number } {
  const { waiting, threads } = shared.movieconnectHashQueue ?? { waiting: [], threads: [] };
  return { waiting: waiting.length, running: threads.filter(({ job }) => job).length };
}

function expectedWaitSeconds({ threads, waiting, secondsPerTask }: Queue): number {
  const ahead = waiting.length + threads.filter((thread) => thread.job).length;
  return (ahead * secondsPerTask) / threads.length;
}

function dispatch(queue: Queue): void {
  for (const thread of queue.threads) {
    if (thread.job) continue;
    const job = queue.waiting.shift();
    if (!job) return;
    thread.job = job;
    thread.startedAt = performance.now();
    job.span.addEvent("a thread is free");
    thread.worker.postMessage(job.task);
  }
}

function finish(queue: Queue, thread: Thread, settle: (job: Job) => void): void {
  const job = thread.job;
  thread.job = null;
  if (job) settle(job);
  dispatch(queue);
}

function hashQueue(): Queue {
  if (shared.movieconnectHashQueue) return shared.movieconnectHashQueue;
  // A first guess, 80 ms at cost 10; what is measured soon replaces it.
  const queue: Queue = { threads: [], waiting: [], secondsPerTask: 0.08 * 2 ** (config().BCRYPT_COST - 10) };
  // The threads are not the first login's own.
  queue.threads = withoutRequest(() => Array.from({ length: config().HASH_THREADS }, () => startThread(queue)));
  shared.movieconnectHashQueue = queue;
  return queue;
}

function startThread(queue: Queue): Thread {
  const thread: Thread = { worker: startWorker(), job: null, startedAt: 0 };
  thread.worker.on("message", (message: HashResult) => {
    const seconds = (performance.now() - thread.startedAt) / 1_000;
    metrics().hashSeconds.observe(seconds);
    queue.secondsPerTask += (seconds - queue.secondsPerTask) / 8;
    finish(queue, thread, (job) => ("error" in message ? job.reject(new Error(message.error)) : job.resolve(message.result)));
  });
  thread.worker.on("error", (error) => {
    log().error({ err: error }, "a hashing thread died");
    queue.threads[queue.threads.indexOf(thread)] = startThread(queue);
    finish(queue, thread, (job) => job.reject(error instanceof Error ? error : new Error("a hashing thread died")));
  });
  return thread;
}

function startWorker(): Worker {
  const worker = new Worker(new URL("./hash-thread.ts", import.meta.url));
  // Idle threads must not keep a process alive that has been told to stop.
  worker.unref();
  return worker;
}
