import { setTimeout as delay } from "node:timers/promises";

/** Asks again, for a minute, what the database of a busy machine did not get round to: that says nothing about the request. */
export async function unlessBusy<Answered extends { status: number }>(ask: () => Promise<Answered>): Promise<Answered> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask();
    if (answer.status !== 503 || attempt === 120) return answer;
    await delay(500);
  }
}
