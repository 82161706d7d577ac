import { type Answer, send } from "./client.ts";

type Event = { id: number; at: string; event: string; address: string | null; device: string | null };

/** The account's latest events by the real endpoint, the latest first. */
export async function eventsOf(origin: string, cookies: Record<string, string>): Promise<Event[]> {
  const answer: Answer = await send(origin, "GET", "/api/user/events/", { cookies });
  if (answer.status !== 200) throw new Error(`the events answered ${answer.status}: ${answer.text}`);
  return answer.json.results;
}

/** Their names. */
export async function eventNames(origin: string, cookies: Record<string, string>): Promise<string[]> {
  return (await eventsOf(origin, cookies)).map(({ event }) => event);
}
