import { expect, test } from "vitest";
import { type Capacity, emptyQueue, type FairQueue, latestStart, type Place, takeNext, takePlace } from "./fair-queue.ts";

// With two threads and a second per hash, the queue has room for 24.

const CAPACITY: Capacity = { threads: 2, worstSeconds: 1, typicalSeconds: 1 };
const SLOWER: Capacity = { threads: 2, worstSeconds: 4, typicalSeconds: 4 };

type Job = { place: Place };

/** Adds a job if there is room for it, and removes the job that it displaces, as hash-queue.ts does. */
function enqueue(queue: FairQueue<Job>, address: string, now: number, capacity = CAPACITY): boolean {
  const taken = takePlace(queue, address, now, capacity);
  if (!taken) return false;
  const { place, displaced } = taken;
  if (displaced) queue.places.delete(displaced);
  queue.waiting = queue.waiting.filter((job) => job.place !== displaced);
  queue.waiting.push({ place });
  return true;
}

function fillUp(queue: FairQueue<Job>, address: string, now = 0): number {
  let admitted = 0;
  while (enqueue(queue, address, now)) admitted += 1;
  return admitted;
}

const addressesOf = (jobs: (Job | undefined)[]) => jobs.map((job) => job?.place.address);

test("one address fills at most three quarters of the room, and leaves the rest to others", () => {
  const queue = emptyQueue<Job>();
  expect(fillUp(queue, "attacker")).toBe(18);
  expect(enqueue(queue, "owner", 0)).toBe(true);
});

test("twelve greedy addresses leave room for addresses that take less", () => {
  const queue = emptyQueue<Job>();
  for (let address = 0; address < 12; address += 1) fillUp(queue, `attacker ${address}`);
  expect(enqueue(queue, "owner", 0)).toBe(true);
  expect(enqueue(queue, "neighbour", 0)).toBe(true);
  expect(queue.places.size).toBeLessThanOrEqual(24);
});

test("the address with the fewest recent hashes is next, so that an address with many jobs delays only itself", () => {
  const queue = emptyQueue<Job>();
  fillUp(queue, "attacker");
  takeNext(queue, 0, CAPACITY);
  enqueue(queue, "owner", 1);
  enqueue(queue, "neighbour", 1);
  enqueue(queue, "owner", 1);
  const next = Array.from({ length: 6 }, () => takeNext(queue, 1, CAPACITY));
  expect(addressesOf(next)).toEqual(["owner", "neighbour", "attacker", "owner", "attacker", "attacker"]);
});

test("an address without recent hashes takes over a place of one with many, and is next", () => {
  const queue = emptyQueue<Job>();
  const attackers = Array.from({ length: 25 }, (_, index) => `attacker ${index}`);
  for (const address of [...attackers, ...attackers, ...attackers]) {
    enqueue(queue, address, 0);
    const job = takeNext(queue, 0, CAPACITY);
    if (job) queue.places.delete(job.place);
  }
  for (const address of attackers) enqueue(queue, address, 1);
  expect(enqueue(queue, "attacker 24", 1)).toBe(false);
  expect(enqueue(queue, "owner", 1)).toBe(true);
  expect(takeNext(queue, 1, CAPACITY)?.place.address).toBe("owner");
});

test("an address's past hashes are forgotten within minutes", () => {
  const queue = emptyQueue<Job>();
  for (let count = 0; count < 10; count += 1) {
    enqueue(queue, "ann", 0);
    takeNext(queue, 0, CAPACITY);
  }
  enqueue(queue, "bob", 600);
  takeNext(queue, 600, CAPACITY);
  expect([...queue.served.keys()]).toEqual(["bob"]);
});

test("an admitted job begins in time, however many later jobs would overtake it", () => {
  const queue = emptyQueue<Job>();
  let begun = 0;
  fillUp(queue, "first");
  for (let now = 0; now < 60; now += CAPACITY.typicalSeconds) {
    // More than could be served, each from an address of its own.
    for (let newcomer = 0; newcomer < 4; newcomer += 1) enqueue(queue, `${now} ${newcomer}`, now);
    for (let thread = 0; thread < CAPACITY.threads; thread += 1) {
      const job = takeNext(queue, now, CAPACITY);
      if (!job) continue;
      expect(now).toBeLessThanOrEqual(latestStart(job.place, CAPACITY.typicalSeconds));
      queue.places.delete(job.place);
      begun += 1;
    }
  }
  expect(begun).toBe(120);
  expect(queue.waiting.some(({ place }) => place.address === "first")).toBe(false);
});

test("on a machine that has become slower, the address with many places loses one to an address with one", () => {
  const queue = emptyQueue<Job>();
  fillUp(queue, "attacker");
  takeNext(queue, 0, CAPACITY);
  const last = queue.waiting.at(-1);
  expect(enqueue(queue, "attacker", 8, SLOWER)).toBe(false);
  expect(enqueue(queue, "owner", 8, SLOWER)).toBe(true);
  expect(queue.waiting).not.toContain(last);
  expect(addressesOf([takeNext(queue, 8, SLOWER), takeNext(queue, 8, SLOWER)])).toEqual(["owner", "attacker"]);
});

test("an address loses no place to one with an equal claim", () => {
  const queue = emptyQueue<Job>();
  for (let address = 0; address < 24; address += 1) enqueue(queue, `one ${address}`, 0);
  expect(enqueue(queue, "one more", 0)).toBe(false);
});

test("on the slowest machine, one address still leaves room for another", () => {
  const queue = emptyQueue<Job>();
  const slowest = { threads: 1, worstSeconds: 20, typicalSeconds: 20 };
  for (let count = 0; count < 5; count += 1) enqueue(queue, "attacker", 0, slowest);
  takeNext(queue, 0, slowest);
  expect(enqueue(queue, "owner", 0, slowest)).toBe(true);
});
