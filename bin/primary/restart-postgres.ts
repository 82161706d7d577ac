import { setTimeout as delay } from "node:timers/promises";
import { backoff } from "./backoff.ts";
import { exclusively } from "./lock.ts";

/**
 * For `startEmbedded`: restarts an embedded Postgres that was killed. Of several commands that share it, one does.
 * @param path the path whose lock guards starts and stops
 * @param isWanted whether this command still needs Postgres
 */
export function restartPostgres(path: string, isWanted: () => boolean, say: (line: string) => void) {
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
    // Postgres runs: it is starting, or another command has restarted it.
    if (!isRestarted && !problem) return;
    wait = nextWait(performance.now() - triedAt);
    triedAt = performance.now();
    if (isRestarted) say("Postgres ended, and was restarted: no acknowledged write is lost.");
    else say(`Postgres ended, and does not start: ${problem}. The next attempt is in ${wait / 1_000} s.`);
  };
}
