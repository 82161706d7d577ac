import { config, refreshGraceSeconds } from "#lib/config.ts";
import { perProcess } from "#lib/per-process.ts";

/** Times of the database in ms since the epoch, and of this process' monotonic clock in ms. */
type Clock = { time: number; heardAt: number; isGuess: boolean; lostMs: number; lostUntil: number };

/** A clock that goes a little wrong, and an answer that takes a while. */
const SLACK_MS = 2_000;

// Until the database has said something, the machine's clock has to do.
const clock = perProcess<Clock>("clock", () => {
  return { time: Date.now(), heardAt: performance.now(), isGuess: true, lostMs: 0, lostUntil: 0 };
});

/**
 * The time by the database's clock, as last heard. Sessions are stamped by that clock, so that tokens expire by it too:
 * a worker whose own clock is wrong, or is set while it runs, neither shortens nor lengthens a session.
 */
export function now(): Date {
  const { time, heardAt } = clock.get();
  return new Date(time + performance.now() - heardAt);
}

/** Takes the database's word for what the time is, as each poll brings it. @returns whether its clock was set meanwhile */
export function setClock(databaseTime: Date): boolean {
  const before = clock.get();
  const [time, heardAt] = [databaseTime.getTime(), performance.now()];
  const isSet = !before.isGuess && isUnexpected(databaseTime);
  const silentMs = time - before.time - config().REVOCATION_POLL_MS;
  const isSilence = !before.isGuess && silentMs > SLACK_MS;
  const lost = isSilence
    ? { lostMs: 1_000 * lostSeconds() + silentMs, lostUntil: heardAt + 1_000 * refreshGraceSeconds() + SLACK_MS }
    : { lostMs: before.lostMs, lostUntil: before.lostUntil };
  clock.set({ time, heardAt, isGuess: false, ...lost });
  return isSet;
}

/** Whether the database's clock has been set since it was last heard of, or is another's. */
export function isUnexpected(databaseTime: Date): boolean {
  return Math.abs(databaseTime.getTime() - now().getTime()) > SLACK_MS;
}

/**
 * How much of the time before, by the database's clock, no client could come back in: the database was away, or its clock
 * was set ahead. 0 once clients have had a grace in which they could.
 */
export function lostSeconds(): number {
  const { lostMs, lostUntil } = clock.get();
  return performance.now() < lostUntil ? lostMs / 1_000 : 0;
}
