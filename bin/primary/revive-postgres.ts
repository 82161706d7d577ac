import { setTimeout as delay } from "node:timers/promises";
import { backoff } from "./backoff.ts";
import { exclusively } from "./lock.ts";

/**
 * For `startEmbedded`: has an embedded Postgres that was killed started again. Of several commands that share it one does.
 * @param path the lock that its starts and stops take turns by
 * @param isWanted whether this command still needs it
 */
export function revivePostgres(path: string, isWanted: () => boolean, say: (line: string) => void) {
  const nextWait = backoff();
  let triedAt = performance.now();
  let wait = 0;
  return async (restart: () => Promise<boolean>): Promise<void> => {
    await delay(Math.max(0, triedAt + wait - performance.now()), undefined, { ref: false });
    let problem = "";
    const isRestarted = await exclusively(path, async () => isWanted() && (await restart())).catch((error: Error) => {
      problem = error.message;
      return false;
    });
    // It runs, and is only starting, or another command's.
    if (!isRestarted && !problem) return;
    wait = nextWait(performance.now() - triedAt);
    triedAt = performance.now();
    if (isRestarted) say("Postgres ended, and was started again: nothing that was acknowledged is lost.");
    else say(`Postgres ended, and does not start: ${problem}. The next try is in ${wait / 1_000} s.`);
  };
}
