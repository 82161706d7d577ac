import { setTimeout as delay } from "node:timers/promises";

/**
 * Repeats a request for up to a minute while it gets a 503: on a busy machine the database may answer too late, which says
 * nothing about the request.
 */
export async function unlessBusy<Answered extends { status: number }>(ask: () => Promise<Answered>): Promise<Answered> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask();
    if (answer.status !== 503 || attempt === 120) return answer;
    await delay(500);
  }
}
