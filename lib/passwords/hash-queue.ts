import { availableParallelism } from "node:os";
import { type Span, trace } from "@opentelemetry/api";
import { config } from "#lib/config.ts";
import { AppError } from "#lib/errors.ts";
import { metrics } from "#lib/observe/metrics.ts";
import { withoutRequest } from "#lib/observe/request-context.ts";
import { perProcess } from "#lib/per-process.ts";
import { emptyQueue, type FairQueue, hasRoom, latestStart, type Place, takeNext, takePlace } from "./fair-queue.ts";
import { capacityOf, isDown, secondsUntilServed } from "./hash-capacity.ts";
import { type Pace, recordHash, startPace } from "./hash-pace.ts";
import type { HashResult, HashTask } from "./hash-thread.ts";
import { type HashThread, runOnThread, startHashThread } from "./hash-threads.ts";

type Job = {
  place: Place;
  task: HashTask;
  span: Span;
  giveUp: NodeJS.Timeout;
  resolve: (result: HashResult) => void;
  reject: (error: Error) => void;
};
/** `hasImported`: the latest comparison knew imported formats. */
type Queue = { threads: HashThread[]; jobs: FairQueue<Job>; pace: Pace; hasImported: boolean };
/** Hashes or compares a password, in its turn. @throws {AppError} `unavailable` when its turn would come too late */
export type Hash = (task: HashTask) => Promise<HashResult>;

const hashQueue = perProcess("hash-queue", startQueue);

/**
 * Hashes or compares a password on another thread: bcrypt takes a large part of a second, which would block the event loop.
 * Addresses take turns, and an admitted task is answered within 15 s.
 * @param address the client's address, as `addressGroup` returns it
 * @throws {AppError} `unavailable`, at once and with a `retryAfter`, where there is no room for this address
 */
export async function hashInTurn(address: string, task: HashTask): Promise<HashResult> {
  const queue = hashQueue.get();
  const taken = isDown(queue) ? null : takePlace(queue.jobs, address, seconds(), capacityOf(queue));
  if (!taken) throw unavailable(queue);
  const displaced = queue.jobs.waiting.find(({ place }) => place === taken.displaced);
  if (displaced) turnAway(queue, displaced);
  return run(queue, taken.place, task);
}

/** @throws {AppError} as `hashInTurn` would now */
export function assertRoom(address: string): void {
  const queue = hashQueue.get();
  if (isDown(queue) || !hasRoom(queue.jobs, address, seconds(), capacityOf(queue))) throw unavailable(queue);
}

/** How many tasks wait for a thread, how many are being hashed, and how many threads run. Starts no thread. */
export function hashLoad(): { waiting: number; running: number; threads: number } {
  const { jobs, threads = [] } = hashQueue.peek() ?? {};
  return {
    waiting: jobs?.waiting.length ?? 0,
    running: threads.filter(({ state }) => state === "busy").length,
    threads: threads.filter(({ state }) => state !== "down").length,
  };
}

async function run(queue: Queue, place: Place, task: HashTask): Promise<HashResult> {
  const span = trace.getTracer("movieconnect").startSpan(task.comparison ? "compare a password" : "hash a password");
  const milliseconds = (latestStart(place, place.promisedSeconds) - seconds()) * 1_000;
  const result = new Promise<HashResult>((resolve, reject) => {
    const giveUp = setTimeout(() => turnAway(queue, job), milliseconds);
    const job: Job = { place, task, span, giveUp, resolve, reject };
    queue.jobs.waiting.push(job);
    dispatch(queue);
  });
  return result.finally(() => {
    span.end();
    queue.jobs.places.delete(place);
  });
}

function dispatch(queue: Queue): void {
  if (isDown(queue)) {
    for (const job of [...queue.jobs.waiting]) turnAway(queue, job);
  }
  for (const thread of queue.threads) {
    if (thread.state === "idle") hashNext(queue, thread);
  }
}

function hashNext(queue: Queue, thread: HashThread): void {
  const job = takeNext(queue.jobs, seconds(), capacityOf(queue));
  if (!job) return;
  if (seconds() <= latestStart(job.place, capacityOf(queue).worstSeconds)) {
    hashOn(queue, thread, job);
    return;
  }
  turnAway(queue, job);
  hashNext(queue, thread);
}

function hashOn(queue: Queue, thread: HashThread, { task, span, giveUp, resolve, reject }: Job): void {
  clearTimeout(giveUp);
  span.addEvent("a thread is free");
  const startedAt = seconds();
  if (task.comparison) queue.hasImported = task.comparison.importedFormats.length > 0;
  runOnThread(thread, task).then((result) => {
    const took = seconds() - startedAt;
    metrics().hashSeconds.observe(took);
    // Where hashes were imported, a refusal takes longer than anything else.
    recordHash(queue.pace, took, queue.hasImported && result.isRight);
    resolve(result);
  }, reject);
}

// Refuses a job that would be late because the machine has slowed down, that no thread is left for, or whose place another
// address has taken over.
function turnAway(queue: Queue, job: Job): void {
  clearTimeout(job.giveUp);
  queue.jobs.places.delete(job.place);
  queue.jobs.waiting = queue.jobs.waiting.filter((waiting) => waiting !== job);
  job.reject(unavailable(queue));
}

function unavailable(queue: Queue): AppError {
  metrics().hashesRefused.inc();
  const retryAfter = Math.max(1, Math.ceil(secondsUntilServed(queue, queue.jobs.places.size)));
  return new AppError("unavailable", { retryAfter });
}

function startQueue(): Queue {
  const { BCRYPT_COST, HASH_THREADS, WEB_CONCURRENCY = availableParallelism() } = config();
  const crowding = (HASH_THREADS * WEB_CONCURRENCY) / availableParallelism();
  // A first guess: 80 ms at cost 10.
  const pace = startPace(0.08 * 2 ** (BCRYPT_COST - 10), crowding);
  const queue: Queue = { threads: [], jobs: emptyQueue(), pace, hasImported: false };
  // The threads outlive the first login: they must not belong to its request.
  withoutRequest(() => {
    for (let count = 0; count < HASH_THREADS; count += 1) queue.threads.push(startHashThread(() => dispatch(queue)));
  });
  return queue;
}

function seconds(): number {
  return performance.now() / 1_000;
}
