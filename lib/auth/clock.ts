import { config, refreshGraceSeconds } from "#lib/config.ts";
import { perProcess } from "#lib/per-process.ts";

/** Times of the database in ms since the epoch, and of this process' monotonic clock in ms. */
type Clock = { time: number; heardAt: number; isGuess: boolean; lostMs: number; lostUntil: number };

/** Tolerance for clocks that drift a little and for slow answers. */
const SLACK_MS = 2_000;

// The machine's clock is used until the database has answered once.
const clock = perProcess<Clock>("clock", () => {
  return { time: Date.now(), heardAt: performance.now(), isGuess: true, lostMs: 0, lostUntil: 0 };
});

/**
 * The time by the database's clock: its last answer plus the time since, by a monotonic clock. Sessions are stamped by the
 * database's clock, so tokens expire by it too. A machine's clock that is wrong, or is set, does not change a session's length.
 */
export function now(): Date {
  const { time, heardAt } = clock.get();
  return new Date(time + performance.now() - heardAt);
}

/** Sets the clock by the database's answer to a poll. @returns whether the database's clock has jumped since the last poll */
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

/** Whether a time of the database differs from the expected one: its clock was set, or another server has answered. */
export function isUnexpected(databaseTime: Date): boolean {
  return Math.abs(databaseTime.getTime() - now().getTime()) > SLACK_MS;
}

/**
 * Seconds by the database's clock in which no client could refresh: the database was away, or its clock was set ahead. They do
 * not count towards the grace. 0 once clients have had a whole grace since.
 */
export function lostSeconds(): number {
  const { lostMs, lostUntil } = clock.get();
  return performance.now() < lostUntil ? lostMs / 1_000 : 0;
}
