import { LONGEST_HASH_ANSWER_SECONDS } from "./hash-budget";

// Who may wait for a hash, and whose turn it is. No clock and no threads in here: `now` is in seconds of any clock.

/** All that wait may together mean so many seconds of work: the rest of the 15 is for those who come later and go before. */
const ROOM_SECONDS = 10;
/** For the statements before and after the hash. */
const RESERVED_SECONDS = 2;

/** How many threads hash, and how long one hash takes: at the most, and usually. */
export type Capacity = { threads: number; mostSeconds: number; usualSeconds: number };
/** One request's place, from before its first statement until its hash is done. Its promise was made for that pace. */
export type Place = { address: string; admittedAt: number; promisedSeconds: number; isHeld: boolean };
type Waiting = { place: Place };
type Places = { held: Map<string, number> };
/** How many places each address holds, in the order of their turns; and what is ready to be hashed, in that of admission. */
export type Turns<Job extends Waiting> = Places & { waiting: Job[] };

/**
 * Whether an address may have one more place. It may hold as many as are left for all others: alone half of them. Where none
 * are left, it may still have the last of an address that holds more.
 */
export function hasRoom<Job extends Waiting>(turns: Turns<Job>, address: string, capacity: Capacity): boolean {
  return isWithinShare(turns, address, capacity) || lastOfMost(turns, address) !== undefined;
}

/** Gives an address one more place, if there is room. @returns also the job that has to leave for it, if one has to */
export function takePlace<Job extends Waiting>(
  turns: Turns<Job>,
  address: string,
  now: number,
  capacity: Capacity,
): { place: Place; displaced: Job | undefined } | null {
  if (!hasRoom(turns, address, capacity)) return null;
  const displaced = isWithinShare(turns, address, capacity) ? undefined : lastOfMost(turns, address);
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
 * Takes out the job whose turn it is: addresses take turns, one job each. But what was admitted is answered within 15 s,
 * whatever comes later: where another's turn would make one late, the oldest goes first.
 */
export function takeNext<Job extends Waiting>(turns: Turns<Job>, now: number, capacity: Capacity): Job | undefined {
  const index = indexOfTurn(turns);
  const [next] = turns.waiting.splice(canWait(turns.waiting.slice(0, index), now, capacity) ? index : 0, 1);
  if (!next) return undefined;
  const { address } = next.place;
  const places = placesOf(turns, address);
  turns.held.delete(address);
  turns.held.set(address, places);
  return next;
}

/** Until when a job must have begun, to be answered in time. */
export function latestStart({ admittedAt }: Place, seconds: number): number {
  return admittedAt + Math.max(RESERVED_SECONDS, LONGEST_HASH_ANSWER_SECONDS - RESERVED_SECONDS - seconds);
}

function isWithinShare(places: Places, address: string, { threads, mostSeconds }: Capacity): boolean {
  const room = Math.max(threads, Math.floor((ROOM_SECONDS * threads) / mostSeconds));
  return placesOf(places, address) < room - placesHeld(places);
}

function lastOfMost<Job extends Waiting>(turns: Turns<Job>, address: string): Job | undefined {
  const most = Math.max(0, ...turns.held.values());
  if (placesOf(turns, address) + 1 >= most) return undefined;
  return turns.waiting.findLast(({ place }) => placesOf(turns, place.address) === most);
}

function placesOf({ held }: Places, address: string): number {
  return held.get(address) ?? 0;
}

function indexOfTurn<Job extends Waiting>({ held, waiting }: Turns<Job>): number {
  const firstOf = new Map<string, number>();
  for (const [index, { place }] of waiting.entries()) {
    if (!firstOf.has(place.address)) firstOf.set(place.address, index);
  }
  for (const address of held.keys()) {
    const index = firstOf.get(address);
    if (index !== undefined) return index;
  }
  return 0;
}

// Whether those who came before still begin in time if one more is hashed before them, and then they in their order. A
// machine that became slower than the worst that was reckoned with can't keep all its promises: then turns decide alone.
function canWait(older: Waiting[], now: number, { threads, mostSeconds, usualSeconds }: Capacity): boolean {
  return older.every(({ place }, index) => {
    const start = now + (usualSeconds * (index + 1)) / threads;
    return start <= latestStart(place, mostSeconds) || usualSeconds > place.promisedSeconds;
  });
}
