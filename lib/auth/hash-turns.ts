import { LONGEST_HASH_ANSWER_SECONDS } from "./hash-budget";

// Who may wait for a hash, and whose turn it is. No clock and no threads in here: `now` is in seconds of any clock.

/** All that wait may together mean so many seconds of work: the rest of the 15 is for those who come later and go before. */
const ROOM_SECONDS = 10;
/** For the statements before and after the hash. */
const RESERVED_SECONDS = 2;
/** What an address had hashed counts less as time passes: after so many seconds a third of it, after five times that nothing. */
const MEMORY_SECONDS = 60;

/** How many threads hash, and how long one hash takes: at the most, and usually. */
export type Capacity = { threads: number; mostSeconds: number; usualSeconds: number };
/** One request's place, from before its first statement until its hash is done. Its promise was made for that pace. */
export type Place = { address: string; admittedAt: number; promisedSeconds: number; isHeld: boolean };
type Waiting = { place: Place };
type Places = { held: Map<string, number> };
/** How much each address had hashed at a time, the latest last. */
type Served = { served: Map<string, { count: number; at: number }> };
/** How many places each address holds, what it had lately, and what is ready to be hashed, in the order of admission. */
export type Turns<Job extends Waiting> = Places & Served & { waiting: Job[] };

export function noTurns<Job extends Waiting>(): Turns<Job> {
  return { held: new Map(), served: new Map(), waiting: [] };
}

/**
 * Gives an address one more place, if there is room. It may hold twice as many as are left for all others: alone two thirds
 * of them, of four addresses each two ninths. Where none are left, it may still have the last of an address that takes more.
 * @returns also the job that has to leave for it, if one has to
 */
export function takePlace<Job extends Waiting>(
  turns: Turns<Job>,
  address: string,
  now: number,
  capacity: Capacity,
): { place: Place; displaced: Job | undefined } | null {
  const isWithin = isWithinShare(turns, address, capacity);
  const displaced = isWithin ? undefined : lastOfMost(turns, address, now);
  if (!isWithin && !displaced) return null;
  turns.held.set(address, placesOf(turns, address) + 1);
  return { place: { address, admittedAt: now, promisedSeconds: capacity.mostSeconds, isHeld: true }, displaced };
}

/** Gives a place back; without effect the second time. */
export function leavePlace(places: Places, place: Place): void {
  if (!place.isHeld) return;
  place.isHeld = false;
  const left = placesOf(places, place.address) - 1;
  if (left > 0) places.held.set(place.address, left);
  else places.held.delete(place.address);
}

/** How many places all addresses hold. */
export function placesHeld({ held }: Places): number {
  return [...held.values()].reduce((sum, places) => sum + places, 0);
}

/** Puts a job among those that wait: its place may be older than some that wait already. */
export function enqueue<Job extends Waiting>({ waiting }: Turns<Job>, job: Job): void {
  const behind = waiting.findLastIndex(({ place }) => place.admittedAt <= job.place.admittedAt);
  waiting.splice(behind + 1, 0, job);
}

/**
 * Takes out the job whose turn it is: that of the address which had the least lately. But what was admitted is answered within
 * 15 s, whatever comes later: where another's turn would make one late, the oldest goes first.
 */
export function takeNext<Job extends Waiting>(turns: Turns<Job>, now: number, capacity: Capacity): Job | undefined {
  const index = indexOfTurn(turns, now);
  const [next] = turns.waiting.splice(canWait(turns.waiting.slice(0, index), now, capacity) ? index : 0, 1);
  if (next) noteServed(turns, next.place.address, now);
  return next;
}

/** Until when a job must have begun, to be answered in time. */
export function latestStart({ admittedAt }: Place, seconds: number): number {
  return admittedAt + Math.max(RESERVED_SECONDS, LONGEST_HASH_ANSWER_SECONDS - RESERVED_SECONDS - seconds);
}

function isWithinShare(places: Places, address: string, { threads, mostSeconds }: Capacity): boolean {
  const room = Math.max(threads, Math.floor((ROOM_SECONDS * threads) / mostSeconds));
  return placesOf(places, address) < 2 * (room - placesHeld(places));
}

function lastOfMost<Job extends Waiting>(turns: Turns<Job>, address: string, now: number): Job | undefined {
  // One or two logins lately are no reason to lose a place.
  const claim = (of: string) => placesOf(turns, of) + Math.floor(servedLately(turns, of, now) / 2);
  const most = Math.max(0, ...turns.waiting.map(({ place }) => claim(place.address)));
  if (most <= claim(address) + 1) return undefined;
  return turns.waiting.findLast(({ place }) => claim(place.address) === most);
}

function placesOf({ held }: Places, address: string): number {
  return held.get(address) ?? 0;
}

function indexOfTurn(turns: Turns<Waiting>, now: number): number {
  const lately = turns.waiting.map(({ place }) => servedLately(turns, place.address, now));
  return Math.max(0, lately.indexOf(Math.min(...lately)));
}

function servedLately({ served }: Served, address: string, now: number): number {
  const { count, at } = served.get(address) ?? { count: 0, at: now };
  return count * Math.exp((at - now) / MEMORY_SECONDS);
}

function noteServed(turns: Served, address: string, now: number): void {
  const count = servedLately(turns, address, now) + 1;
  turns.served.delete(address);
  turns.served.set(address, { count, at: now });
  for (const [old, { at }] of turns.served) {
    if (now - at < 5 * MEMORY_SECONDS) break;
    turns.served.delete(old);
  }
}

// Whether those who came before still begin in time if one more is hashed before them, and then they in their order. A
// machine that became slower than the worst that was reckoned with can't keep all its promises: then turns decide alone.
function canWait(older: Waiting[], now: number, { threads, mostSeconds, usualSeconds }: Capacity): boolean {
  return older.every(({ place }, index) => {
    const start = now + (usualSeconds * (index + 1)) / threads;
    return start <= latestStart(place, mostSeconds) || usualSeconds > place.promisedSeconds;
  });
}
