import { LONGEST_HASH_ANSWER_SECONDS } from "#lib/settings/waits.ts";

// How long a stop may take, from the inside out: each bound includes the one before. Most stops are much faster.

/** The longest time for a request's headers to arrive, and again for its body. */
export const MESSAGE_MS = 15_000;
/** One hash on a busy machine, a look at the breached passwords before it, and the statements around it. */
const WORK_MS = 5_000;
/** The remaining spans are sent within this time, or lost. */
export const FLUSH_MS = 1_000;
/** Sending the spans, and ending the process. */
const LEAVE_MS = FLUSH_MS + 1_000;

/** After a second signal the primary ends within this time: it kills the workers, and tells an embedded Postgres to stop. */
export const HURRIED_MS = 10_000;

/** After the port has been closed, a request in flight is answered within this time. */
export const DRAIN_MS = MESSAGE_MS + LONGEST_HASH_ANSWER_SECONDS * 1_000 + WORK_MS;

/**
 * How long the primary waits for a stopping worker before it kills it, in ms. A container's grace must be longer
 * (docker-compose.yml).
 * @param delayMs how long the worker goes on accepting requests (`SHUTDOWN_DELAY_MS`)
 */
export function killAfterMs(delayMs: number): number {
  return delayMs + DRAIN_MS + LEAVE_MS;
}
