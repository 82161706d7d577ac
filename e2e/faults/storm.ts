import pg from "pg";
import { age } from "#e2e/change-session.ts";
import { type Account, type Attempt, live } from "./person.ts";

/** A request that takes longer is given up. */
const PATIENCE_MS = 500;

export type Storm = {
  attempts: Attempt[];
  waiting: Set<number>;
  acknowledged: Account[];
  wrongs: string[];
  stop: () => Promise<void>;
};

/** Users who go through one account's life after the other, until told to stop. Nearly all of their refreshes rotate. */
export function startStorm(origin: () => string, databaseUrl: string, people: number): Storm {
  const storm = {
    attempts: [] as Attempt[],
    waiting: new Set<number>(),
    acknowledged: [] as Account[],
    wrongs: [] as string[],
  };
  let isOver = false;
  const beside = new pg.Pool({
    connectionString: databaseUrl,
    max: 4,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  });
  beside.on("error", () => undefined);
  const query = async (text: string, values: unknown[] = []) => (await beside.query(text, values)).rows;
  const watch = { ...storm, origin, isOver: () => isOver, age: (token: string) => age(query, token).catch(() => undefined) };
  async function liveOn(): Promise<void> {
    while (!isOver) await live(watch);
  }
  const lives = Promise.all(Array.from({ length: people }, liveOn));
  lives.catch((error) => storm.wrongs.push(String(error)));
  const stop = async () => {
    isOver = true;
    await lives;
    if (!beside.ended) await beside.end();
  };
  return { ...storm, stop };
}
