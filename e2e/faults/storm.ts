import { type Account, type Attempt, live } from "./person.ts";

export type Storm = {
  attempts: Attempt[];
  acknowledged: Account[];
  wrongs: string[];
  stop: () => Promise<void>;
};

/** People who live one life after the other, until told to stop. */
export function startStorm(origin: () => string, people: number): Storm {
  const storm = { attempts: [] as Attempt[], acknowledged: [] as Account[], wrongs: [] as string[] };
  let isOver = false;
  const watch = { ...storm, origin, isOver: () => isOver };
  async function liveOn(): Promise<void> {
    while (!isOver) await live(watch);
  }
  const lives = Promise.all(Array.from({ length: people }, liveOn));
  lives.catch((error) => storm.wrongs.push(String(error)));
  const stop = async () => {
    isOver = true;
    await lives;
  };
  return { ...storm, stop };
}
