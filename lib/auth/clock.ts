import "server-only";

type Clock = { time: number; heardAt: number };

// One per process, whatever the bundle: routes, pages and instrumentation each have a copy of this module.
const shared = globalThis as typeof globalThis & { movieconnectClock?: Clock };

/**
 * The time by the database's clock, as last heard. Sessions are stamped by that clock, so that tokens expire by it too:
 * a worker whose own clock is wrong, or is set while it runs, neither shortens nor lengthens a session.
 */
export function now(): Date {
  const { time, heardAt } = clock();
  return new Date(time + performance.now() - heardAt);
}

/** Takes the database's word for what the time is. @returns by how much it differs from what was expected, in ms */
export function setClock(databaseTime: Date): number {
  const difference = databaseTime.getTime() - now().getTime();
  shared.movieconnectClock = { time: databaseTime.getTime(), heardAt: performance.now() };
  return difference;
}

// Until the database has said something, the machine's clock has to do.
function clock(): Clock {
  shared.movieconnectClock ??= { time: Date.now(), heardAt: performance.now() };
  return shared.movieconnectClock;
}
