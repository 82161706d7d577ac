import "server-only";

// One per process, whatever the bundle: routes, pages and instrumentation each have a copy of this module.
const shared = globalThis as typeof globalThis & { movieconnectClockOffset?: number };

/**
 * The time by the database's clock, as last heard. Sessions are stamped by that clock, so that tokens expire by it too:
 * a worker whose own clock is wrong neither shortens nor lengthens anybody's session.
 */
export function now(): Date {
  return new Date(Date.now() + (shared.movieconnectClockOffset ?? 0));
}

/** Takes the database's word for what the time is. */
export function setClock(databaseTime: Date): void {
  shared.movieconnectClockOffset = databaseTime.getTime() - Date.now();
}
