import { availableParallelism } from "node:os";
import { type Span, trace } from "@opentelemetry/api";
import { config } from "#lib/config.ts";
import { AppError } from "#lib/errors.ts";
import { metrics } from "#lib/observe/metrics.ts";
import { withoutRequest } from "#lib/observe/request-context.ts";
import { perProcess } from "#lib/per-process.ts";
import { mostSeconds, notePace, type Pace, startPace, usualSeconds } from "./hash-pace.ts";
import type { HashResult, HashTask } from "./hash-thread.ts";
import { type HashThread, runOnThread, startHashThread } from "./hash-threads.ts";
import { type Capacity, hasRoom, latestStart, noTurns, type Place, type Turns, takeNext, takePlace } from "./hash-turns.ts";

type Job = {
  place: Place;
  task: HashTask;
  span: Span;
  giveUp: NodeJS.Timeout;
  resolve: (result: HashResult) => void;
  reject: (error: Error) => void;
};
type Queue = { threads: HashThread[]; turns: Turns<Job>; pace: Pace };
/** Hashes or compares, in turn. @throws {AppError} `unavailable` when its turn would come too late */
export type Hash = (task: HashTask) => Promise<HashResult>;

const hashQueue = perProcess("hash-queue", startQueue);

/**
 * Hashes or compares on a thread of its own: bcrypt takes a large part of a second, and the event loop has none to give.
 * Addresses take turns, and what has a place is answered within 15 s.
 * @param address whose place it is, as `addressGroup` has it
 * @throws {AppError} `unavailable`, at once and with when to come back, where there is no place for this address
 */
export async function hashInTurn(address: string, task: HashTask): Promise<HashResult> {
  const queue = hashQueue.get();
  const taken = isDown(queue) ? null : takePlace(queue.turns, address, seconds(), capacity(queue));
  if (!taken) throw unavailable(queue);
  const displaced = queue.turns.waiting.find(({ place }) => place === taken.displaced);
  if (displaced) turnAway(queue, displaced);
  return run(queue, taken.place, task);
}

/** @throws {AppError} as `hashInTurn` would now */
export function assertRoom(address: string): void {
  const queue = hashQueue.get();
  if (isDown(queue) || !hasRoom(queue.turns, address, seconds(), capacity(queue))) throw unavailable(queue);
}

/** How many tasks wait for a thread, how many have one, and how many threads there are. Starts none. */
export function hashLoad(): { waiting: number; running: number; threads: number } {
  const { turns, threads = [] } = hashQueue.peek() ?? {};
  return {
    waiting: turns?.waiting.length ?? 0,
    running: threads.filter(({ state }) => state === "busy").length,
    threads: threads.filter(({ state }) => state !== "down").length,
  };
}

async function run(queue: Queue, place: Place, task: HashTask): Promise<HashResult> {
  const span = trace.getTracer("movieconnect").startSpan(task.encoded === undefined ? "hash a password" : "compare a password");
  const milliseconds = (latestStart(place, place.promisedSeconds) - seconds()) * 1_000;
  const result = new Promise<HashResult>((resolve, reject) => {
    const giveUp = setTimeout(() => turnAway(queue, job), milliseconds);
    const job: Job = { place, task, span, giveUp, resolve, reject };
    queue.turns.waiting.push(job);
    dispatch(queue);
  });
  return result.finally(() => {
    span.end();
    queue.turns.places.delete(place);
  });
}

function dispatch(queue: Queue): void {
  if (isDown(queue)) {
    for (const job of [...queue.turns.waiting]) turnAway(queue, job);
  }
  for (const thread of queue.threads) {
    if (thread.state === "idle") hashNext(queue, thread);
  }
}

function hashNext(queue: Queue, thread: HashThread): void {
  const job = takeNext(queue.turns, seconds(), capacity(queue));
  if (!job) return;
  if (seconds() <= latestStart(job.place, capacity(queue).mostSeconds)) {
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
  runOnThread(thread, task).then((result) => {
    const took = seconds() - startedAt;
    metrics().hashSeconds.observe(took);
    notePace(queue.pace, took);
    resolve(result);
  }, reject);
}

// The machine became so much slower that its turn would come too late, or there is no thread left to hash. Or the place is
// another's, whose address holds fewer.
function turnAway(queue: Queue, job: Job): void {
  clearTimeout(job.giveUp);
  queue.turns.places.delete(job.place);
  queue.turns.waiting = queue.turns.waiting.filter((waiting) => waiting !== job);
  job.reject(unavailable(queue));
}

/** `retryAfter`: when all that wait now will have been served, or a thread is started again. */
function unavailable(queue: Queue): AppError {
  metrics().hashesRefused.inc();
  const { threads, usualSeconds: each } = capacity(queue);
  const served = (queue.turns.places.size * each) / threads;
  const started = Math.min(...queue.threads.map(({ retryAt }) => retryAt)) / 1_000 - seconds();
  return new AppError("unavailable", { retryAfter: Math.max(1, Math.ceil(isDown(queue) ? started : served)) });
}

function isDown({ threads }: Queue): boolean {
  return threads.every(({ state }) => state === "down");
}

function capacity({ threads, pace }: Queue): Capacity {
  const running = threads.filter(({ state }) => state === "busy").map(({ startedAt }) => seconds() - startedAt / 1_000);
  const there = threads.filter(({ state }) => state !== "down").length;
  const longest = Math.max(0, ...running);
  return {
    threads: Math.max(1, there),
    mostSeconds: mostSeconds(pace, longest),
    usualSeconds: usualSeconds(pace, longest),
  };
}

function startQueue(): Queue {
  const { BCRYPT_COST, HASH_THREADS, WEB_CONCURRENCY = availableParallelism() } = config();
  const crowding = (HASH_THREADS * WEB_CONCURRENCY) / availableParallelism();
  // A first guess: 80 ms at cost 10.
  const pace = startPace(0.08 * 2 ** (BCRYPT_COST - 10), crowding);
  const queue: Queue = { threads: [], turns: noTurns(), pace };
  // The threads are not the first login's own.
  withoutRequest(() => {
    for (let count = 0; count < HASH_THREADS; count += 1) queue.threads.push(startHashThread(() => dispatch(queue)));
  });
  return queue;
}

function seconds(): number {
  return performance.now() / 1_000;
}
