import { LONGEST_HASH_ANSWER_SECONDS } from "#lib/settings/waits.ts";

// How long a stop may take, from the inside out. Each bound holds the one before; most stops need none of this.

/** In which a request has arrived whole, headers and then body each. */
export const MESSAGE_MS = 15_000;
/** The hash itself on a busy machine, and the statements around it. */
const WORK_MS = 5_000;
/** What has been traced is sent on within this, or lost. */
export const FLUSH_MS = 1_000;
/** That, and the end of the process. */
const LEAVE_MS = FLUSH_MS + 1_000;

/** After a second signal the primary itself ends within this: workers are killed, and an embedded Postgres is told to stop. */
export const HURRIED_MS = 10_000;

/** Once no new connection is taken: a request that has begun is answered within this. */
export const DRAIN_MS = MESSAGE_MS + LONGEST_HASH_ANSWER_SECONDS * 1_000 + WORK_MS;

/**
 * When the primary ends a worker that was told to stop, in ms. A container's grace has to be longer (docker-compose.yml).
 * @param delayMs how long the worker goes on as before (`SHUTDOWN_DELAY_MS`)
 */
export function killAfterMs(delayMs: number): number {
  return delayMs + DRAIN_MS + LEAVE_MS;
}
