import { expect, test } from "vitest";
import { type Capacity, latestStart, noTurns, type Place, type Turns, takeNext, takePlace } from "./hash-turns.ts";

// Two threads, a second a hash: two dozen fill the room.

const CAPACITY: Capacity = { threads: 2, mostSeconds: 1, usualSeconds: 1 };
const SLOWER: Capacity = { threads: 2, mostSeconds: 4, usualSeconds: 4 };

type Job = { place: Place };

/** Comes with a job, if there is room for it; as the queue does, turns away what has to make room. */
function come(turns: Turns<Job>, address: string, now: number, capacity = CAPACITY): boolean {
  const taken = takePlace(turns, address, now, capacity);
  if (!taken) return false;
  const { place, displaced } = taken;
  if (displaced) turns.places.delete(displaced);
  turns.waiting = turns.waiting.filter((job) => job.place !== displaced);
  turns.waiting.push({ place });
  return true;
}

function comeUntilFull(turns: Turns<Job>, address: string, now = 0): number {
  let admitted = 0;
  while (come(turns, address, now)) admitted += 1;
  return admitted;
}

const addressesOf = (jobs: (Job | undefined)[]) => jobs.map((job) => job?.place.address);

test("one address fills three quarters of the room, and the next finds some", () => {
  const turns = noTurns<Job>();
  expect(comeUntilFull(turns, "attacker")).toBe(18);
  expect(come(turns, "owner", 0)).toBe(true);
});

test("twelve addresses that take all they can leave room for one more, of all those that take less", () => {
  const turns = noTurns<Job>();
  for (let address = 0; address < 12; address += 1) comeUntilFull(turns, `attacker ${address}`);
  expect(come(turns, "owner", 0)).toBe(true);
  expect(come(turns, "neighbour", 0)).toBe(true);
  expect(turns.places.size).toBeLessThanOrEqual(24);
});

test("the address that had the least lately is next: one address waits behind its own", () => {
  const turns = noTurns<Job>();
  comeUntilFull(turns, "attacker");
  takeNext(turns, 0, CAPACITY);
  come(turns, "owner", 1);
  come(turns, "neighbour", 1);
  come(turns, "owner", 1);
  const next = Array.from({ length: 6 }, () => takeNext(turns, 1, CAPACITY));
  expect(addressesOf(next)).toEqual(["owner", "neighbour", "attacker", "owner", "attacker", "attacker"]);
});

test("where all places are held by addresses that had much lately, one that had nothing gets one of them, and the next turn", () => {
  const turns = noTurns<Job>();
  const attackers = Array.from({ length: 25 }, (_, index) => `attacker ${index}`);
  for (const address of [...attackers, ...attackers, ...attackers]) {
    come(turns, address, 0);
    const job = takeNext(turns, 0, CAPACITY);
    if (job) turns.places.delete(job.place);
  }
  for (const address of attackers) come(turns, address, 1);
  expect(come(turns, "attacker 24", 1)).toBe(false);
  expect(come(turns, "owner", 1)).toBe(true);
  expect(takeNext(turns, 1, CAPACITY)?.place.address).toBe("owner");
});

test("what an address had is forgotten within minutes", () => {
  const turns = noTurns<Job>();
  for (let count = 0; count < 10; count += 1) {
    come(turns, "ann", 0);
    takeNext(turns, 0, CAPACITY);
  }
  come(turns, "bob", 600);
  takeNext(turns, 600, CAPACITY);
  expect([...turns.served.keys()]).toEqual(["bob"]);
});

test("what was admitted begins in time, however many come later and take turns", () => {
  const turns = noTurns<Job>();
  let begun = 0;
  comeUntilFull(turns, "first");
  for (let now = 0; now < 60; now += CAPACITY.usualSeconds) {
    // More than could be served, each from an address of its own.
    for (let newcomer = 0; newcomer < 4; newcomer += 1) come(turns, `${now} ${newcomer}`, now);
    for (let thread = 0; thread < CAPACITY.threads; thread += 1) {
      const job = takeNext(turns, now, CAPACITY);
      if (!job) continue;
      expect(now).toBeLessThanOrEqual(latestStart(job.place, CAPACITY.usualSeconds));
      turns.places.delete(job.place);
      begun += 1;
    }
  }
  expect(begun).toBe(120);
  expect(turns.waiting.some(({ place }) => place.address === "first")).toBe(false);
});

test("a machine that became slower lets turns decide: who holds many places pays, not who holds one", () => {
  const turns = noTurns<Job>();
  comeUntilFull(turns, "attacker");
  takeNext(turns, 0, CAPACITY);
  const last = turns.waiting.at(-1);
  expect(come(turns, "attacker", 8, SLOWER)).toBe(false);
  expect(come(turns, "owner", 8, SLOWER)).toBe(true);
  expect(turns.waiting).not.toContain(last);
  expect(addressesOf([takeNext(turns, 8, SLOWER), takeNext(turns, 8, SLOWER)])).toEqual(["owner", "attacker"]);
});

test("where all addresses hold as many, none loses its place to another", () => {
  const turns = noTurns<Job>();
  for (let address = 0; address < 24; address += 1) come(turns, `one ${address}`, 0);
  expect(come(turns, "one more", 0)).toBe(false);
});

test("however slow the machine is, one address leaves room for another", () => {
  const turns = noTurns<Job>();
  const slowest = { threads: 1, mostSeconds: 20, usualSeconds: 20 };
  for (let count = 0; count < 5; count += 1) come(turns, "attacker", 0, slowest);
  takeNext(turns, 0, slowest);
  expect(come(turns, "owner", 0, slowest)).toBe(true);
});
