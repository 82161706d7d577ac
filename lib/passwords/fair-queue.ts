import { LONGEST_HASH_ANSWER_SECONDS } from "#lib/settings/waits.ts";

// Decides which requests may wait for a hash, and which is next. There is no clock and no thread here: `now` is in seconds of
// any clock.

/** The waiting jobs may amount to so many seconds of work. The rest of the 15 s is for later jobs that overtake them. */
const ROOM_SECONDS = 12;
/** Time for the statements before and after the hash. */
const RESERVED_SECONDS = 2;
/** An address's past hashes count less as time passes: after so many seconds about a third, after five times as many nothing. */
const MEMORY_SECONDS = 60;

/** How many threads hash, and how long one hash takes: at worst, and typically. */
export type Capacity = { threads: number; worstSeconds: number; typicalSeconds: number };
/** One request's place in the queue, until its hash is done. `promisedSeconds`: the pace that its admission relied on. */
export type Place = { address: string; admittedAt: number; promisedSeconds: number; hasBegun: boolean };
type Waiting = { place: Place };
type Places = { places: Set<Place> };
/** How many hashes each address had, discounted up to the time `at`; the latest address is last. */
type Served = { served: Map<string, { count: number; at: number }> };
/** All places, each address's recent hashes, and the jobs that wait for a thread, in the order of admission. */
export type FairQueue<Job extends Waiting> = Places & Served & { waiting: Job[] };

export function emptyQueue<Job extends Waiting>(): FairQueue<Job> {
  return { places: new Set(), served: new Map(), waiting: [] };
}

/**
 * Gives an address one more place, if there is room. An address may hold three times as many places as are free: a single
 * address three quarters of them, each of four addresses three thirteenths. Without a free place, it takes over the last place
 * of the address with the largest claim.
 * @returns `displaced`: the place that was taken over, which must be vacated
 */
export function takePlace(
  queue: Places & Served,
  address: string,
  now: number,
  capacity: Capacity,
): { place: Place; displaced: Place | undefined } | null {
  if (!hasRoom(queue, address, now, capacity)) return null;
  const displaced = isWithinShare(queue, address, capacity) ? undefined : placeToDisplace(queue, address, now);
  const place = { address, admittedAt: now, promisedSeconds: capacity.worstSeconds, hasBegun: false };
  queue.places.add(place);
  return { place, displaced };
}

/** Whether `takePlace` would give this address a place. */
export function hasRoom(queue: Places & Served, address: string, now: number, capacity: Capacity): boolean {
  return isWithinShare(queue, address, capacity) || placeToDisplace(queue, address, now) !== undefined;
}

/**
 * Takes out the next job: that of the address with the fewest recent hashes. But every admitted job is answered within 15 s:
 * where this order would make an older job late, the oldest goes first.
 */
export function takeNext<Job extends Waiting>(queue: FairQueue<Job>, now: number, capacity: Capacity): Job | undefined {
  const index = fairestIndex(queue, now);
  const [next] = queue.waiting.splice(canWait(queue.waiting.slice(0, index), now, capacity) ? index : 0, 1);
  if (!next) return undefined;
  next.place.hasBegun = true;
  recordServed(queue, next.place.address, now);
  return next;
}

/** When a job must begin at the latest, to be answered in time. @param seconds how long its hash takes */
export function latestStart({ admittedAt }: Place, seconds: number): number {
  return admittedAt + Math.max(RESERVED_SECONDS, LONGEST_HASH_ANSWER_SECONDS - RESERVED_SECONDS - seconds);
}

// There is room for one job more than threads, so that there always is a waiting place that another address can take over.
function isWithinShare({ places }: Places, address: string, { threads, worstSeconds }: Capacity): boolean {
  const room = Math.max(threads + 1, Math.floor((ROOM_SECONDS * threads) / worstSeconds));
  return placesOf(places, address) < 3 * (room - places.size);
}

// A claim must be larger by more than one and a half hashes: a smaller difference does not justify taking a place back.
function placeToDisplace({ places, served }: Places & Served, address: string, now: number): Place | undefined {
  const claim = (of: string) => placesOf(places, of) + recentHashes({ served }, of, now);
  const waiting = [...places].filter(({ hasBegun }) => !hasBegun);
  const largest = Math.max(0, ...waiting.map((place) => claim(place.address)));
  if (largest <= claim(address) + 1.5) return undefined;
  return waiting.findLast((place) => claim(place.address) === largest);
}

function placesOf(places: Set<Place>, address: string): number {
  return [...places].filter((place) => place.address === address).length;
}

function fairestIndex(queue: FairQueue<Waiting>, now: number): number {
  const hashes = queue.waiting.map(({ place }) => recentHashes(queue, place.address, now));
  return Math.max(0, hashes.indexOf(Math.min(...hashes)));
}

function recentHashes({ served }: Served, address: string, now: number): number {
  const { count, at } = served.get(address) ?? { count: 0, at: now };
  return count * Math.exp((at - now) / MEMORY_SECONDS);
}

function recordServed(queue: Served, address: string, now: number): void {
  const count = recentHashes(queue, address, now) + 1;
  queue.served.delete(address);
  queue.served.set(address, { count, at: now });
  for (const [old, { at }] of queue.served) {
    if (now - at < 5 * MEMORY_SECONDS) break;
    queue.served.delete(old);
  }
}

// Whether the older jobs still begin in time if one job overtakes them. A machine that has become slower than the worst case
// can't keep every promise: then fairness alone decides.
function canWait(older: Waiting[], now: number, { threads, worstSeconds, typicalSeconds }: Capacity): boolean {
  return older.every(({ place }, index) => {
    const start = now + (typicalSeconds * (index + 1)) / threads;
    return start <= latestStart(place, worstSeconds) || typicalSeconds > place.promisedSeconds;
  });
}
