import { LONGEST_HASH_ANSWER_SECONDS } from "#lib/settings/waits.ts";

// Who may wait for a hash, and whose turn it is. No clock and no threads in here: `now` is in seconds of any clock.

/** All that wait may together mean so many seconds of work: the rest of the 15 is for those who come later and go before. */
const ROOM_SECONDS = 12;
/** For the statements before and after the hash. */
const RESERVED_SECONDS = 2;
/** What an address had hashed counts less as time passes: after so many seconds a third of it, after five times that nothing. */
const MEMORY_SECONDS = 60;

/** How many threads hash, and how long one hash takes: at the most, and usually. */
export type Capacity = { threads: number; mostSeconds: number; usualSeconds: number };
/** One request's place, until its hash is done. Its promise was made for that pace. `hasBegun`: it is being hashed. */
export type Place = { address: string; admittedAt: number; promisedSeconds: number; hasBegun: boolean };
type Waiting = { place: Place };
type Places = { places: Set<Place> };
/** How much each address had hashed at a time, the latest last. */
type Served = { served: Map<string, { count: number; at: number }> };
/** All places, what each address had lately, and what is ready to be hashed, in the order of admission. */
export type Turns<Job extends Waiting> = Places & Served & { waiting: Job[] };

export function noTurns<Job extends Waiting>(): Turns<Job> {
  return { places: new Set(), served: new Map(), waiting: [] };
}

/**
 * Gives an address one more place, if there is room. It may hold thrice as many as are left for all others: alone three
 * quarters of them, of four addresses each three thirteenths. Where none are left, it may still have the last of an address that takes more.
 * @returns also the place that has to be left for it, if one has to
 */
export function takePlace(
  turns: Places & Served,
  address: string,
  now: number,
  capacity: Capacity,
): { place: Place; displaced: Place | undefined } | null {
  if (!hasRoom(turns, address, now, capacity)) return null;
  const displaced = isWithinShare(turns, address, capacity) ? undefined : lastOfMost(turns, address, now);
  const place = { address, admittedAt: now, promisedSeconds: capacity.mostSeconds, hasBegun: false };
  turns.places.add(place);
  return { place, displaced };
}

/** Whether `takePlace` would give one. */
export function hasRoom(turns: Places & Served, address: string, now: number, capacity: Capacity): boolean {
  return isWithinShare(turns, address, capacity) || lastOfMost(turns, address, now) !== undefined;
}

/**
 * Takes out the job whose turn it is: that of the address which had the least lately. But what was admitted is answered within
 * 15 s, whatever comes later: where another's turn would make one late, the oldest goes first.
 */
export function takeNext<Job extends Waiting>(turns: Turns<Job>, now: number, capacity: Capacity): Job | undefined {
  const index = indexOfTurn(turns, now);
  const [next] = turns.waiting.splice(canWait(turns.waiting.slice(0, index), now, capacity) ? index : 0, 1);
  if (!next) return undefined;
  next.place.hasBegun = true;
  noteServed(turns, next.place.address, now);
  return next;
}

/** Until when a job must have begun, to be answered in time. */
export function latestStart({ admittedAt }: Place, seconds: number): number {
  return admittedAt + Math.max(RESERVED_SECONDS, LONGEST_HASH_ANSWER_SECONDS - RESERVED_SECONDS - seconds);
}

// One more than can be hashed at once, so that there always is a place to be given to another.
function isWithinShare({ places }: Places, address: string, { threads, mostSeconds }: Capacity): boolean {
  const room = Math.max(threads + 1, Math.floor((ROOM_SECONDS * threads) / mostSeconds));
  return placesOf(places, address) < 3 * (room - places.size);
}

// Half a hash more or less is no reason to take back what was given.
function lastOfMost({ places, served }: Places & Served, address: string, now: number): Place | undefined {
  const claim = (of: string) => placesOf(places, of) + servedLately({ served }, of, now);
  const unbegun = [...places].filter(({ hasBegun }) => !hasBegun);
  const most = Math.max(0, ...unbegun.map((place) => claim(place.address)));
  if (most <= claim(address) + 1.5) return undefined;
  return unbegun.findLast((place) => claim(place.address) === most);
}

function placesOf(places: Set<Place>, address: string): number {
  return [...places].filter((place) => place.address === address).length;
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
