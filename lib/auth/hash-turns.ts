import { LONGEST_HASH_ANSWER_SECONDS } from "./hash-budget";

// Who may wait for a hash, and whose turn it is. No clock and no threads in here: `now` is in seconds of any clock.

/** All that wait may together mean so many seconds of work: the rest of the 15 is for those who come later and go before. */
const ROOM_SECONDS = 10;
/** For the statements before and after the hash. */
const RESERVED_SECONDS = 2;

/** One request's place in the queue, from before its first statement until its hash is done. */
export type Place = { address: string; admittedAt: number };
type Waiting = { place: Place };
/** How many places each address holds, in the order of their turns. */
type Places = { held: Map<string, number> };
/** And what is ready to be hashed, in the order of admission. */
export type Turns<Job extends Waiting> = Places & { waiting: Job[] };
/** How many threads hash, and how long one hash takes at the most. */
export type Capacity = { threads: number; seconds: number };

/** Whether an address may have one place more. */
export function hasRoom<Job extends Waiting>(turns: Turns<Job>, address: string, capacity: Capacity): boolean {
  return isWithinShare(turns, address, capacity) || surplusOf(turns, address) !== undefined;
}

/**
 * Gives an address a place, if it has room. It may hold as many as are left for all others: alone half of them, beside
 * eleven more a thirteenth, so that there is one for the next address. Where there is none, because the machine became
 * slower, or of so many addresses, the one that holds the most loses its last: as `surplus`, to be turned away.
 */
export function takePlace<Job extends Waiting>(
  turns: Turns<Job>,
  address: string,
  now: number,
  capacity: Capacity,
): { place: Place; surplus: Job | undefined } {
  const surplus = isWithinShare(turns, address, capacity) ? undefined : surplusOf(turns, address);
  turns.held.set(address, placesOf(turns, address) + 1);
  return { place: { address, admittedAt: now }, surplus };
}

/** Gives a place back. */
export function leavePlace(places: Places, { address }: Place): void {
  const left = placesOf(places, address) - 1;
  if (left > 0) places.held.set(address, left);
  else places.held.delete(address);
}

/** How many places all addresses hold. */
export function placesHeld({ held }: Places): number {
  return [...held.values()].reduce((sum, places) => sum + places, 0);
}

/** Puts a job among those that wait. Its place is older than the places of some that wait already. */
export function enqueue<Job extends Waiting>({ waiting }: Turns<Job>, job: Job): void {
  const behind = waiting.findLastIndex(({ place }) => place.admittedAt <= job.place.admittedAt);
  waiting.splice(behind + 1, 0, job);
}

/**
 * Takes out the job whose turn it is: addresses take turns, one job each. But whoever was admitted is answered within 15 s,
 * whatever comes later: where another's turn would make one late, the oldest goes first.
 */
export function takeNext<Job extends Waiting>(turns: Turns<Job>, now: number, capacity: Capacity): Job | undefined {
  const index = indexOfTurn(turns);
  const [next] = turns.waiting.splice(canWait(turns.waiting.slice(0, index), now, capacity) ? index : 0, 1);
  if (!next) return undefined;
  const { address } = next.place;
  const held = placesOf(turns, address);
  turns.held.delete(address);
  turns.held.set(address, held);
  return next;
}

/** Until when a job must have begun to be answered in time. */
export function latestStart({ admittedAt }: Place, seconds: number): number {
  return admittedAt + Math.max(RESERVED_SECONDS, LONGEST_HASH_ANSWER_SECONDS - RESERVED_SECONDS - seconds);
}

function isWithinShare(places: Places, address: string, { threads, seconds }: Capacity): boolean {
  const room = Math.max(threads, Math.floor((ROOM_SECONDS * threads) / seconds));
  return placesOf(places, address) < room - placesHeld(places);
}

// What is being hashed already is lost on nobody.
function surplusOf<Job extends Waiting>(turns: Turns<Job>, address: string): Job | undefined {
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

// Whether those who came before still begin in time if one more is hashed before them, and then they in their order.
function canWait(older: Waiting[], now: number, { threads, seconds }: Capacity): boolean {
  return older.every(({ place }, index) => now + (seconds * (index + 1)) / threads <= latestStart(place, seconds));
}
