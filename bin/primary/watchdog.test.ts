import type { Worker } from "node:cluster";
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchdog } from "./watchdog.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A worker that serves and sends heartbeats until `fallSilent` is called. */
function watchedWorker({ mayBlock = false } = {}) {
  const worker = new EventEmitter() as Worker;
  const hung = vi.fn();
  watchdog()(worker, hung);
  worker.emit("message", { listening: 1 });
  worker.emit("message", { alive: { mayBlock } });
  const beats = setInterval(() => worker.emit("message", { alive: { mayBlock } }), 1_000);
  return { hung, fallSilent: () => clearInterval(beats) };
}

test("a silent worker is reported once, after 10 s", () => {
  const { hung, fallSilent } = watchedWorker();
  vi.advanceTimersByTime(60_000);
  fallSilent();
  vi.advanceTimersByTime(9_500);
  expect(hung).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(hung.mock.calls).toEqual([[10]]);
});

test("a loading worker is reported after a minute of silence", () => {
  const hung = vi.fn();
  watchdog()(new EventEmitter() as Worker, hung);
  vi.advanceTimersByTime(59_000);
  expect(hung).not.toHaveBeenCalled();
  vi.advanceTimersByTime(3_000);
  expect(hung.mock.calls).toEqual([[60]]);
});

test("a pause of the whole machine reports no worker", () => {
  const { hung, fallSilent } = watchedWorker();
  fallSilent();
  vi.advanceTimersByTime(9_000);
  // The primary was paused too: its clock went on, its timers did not.
  const now = performance.now();
  vi.spyOn(performance, "now").mockReturnValue(now + 3_600_000);
  vi.advanceTimersToNextTimer();
  expect(hung).not.toHaveBeenCalled();
  vi.mocked(performance.now).mockReturnValue(now + 3_609_000);
  vi.advanceTimersToNextTimer();
  expect(hung).not.toHaveBeenCalled();
});

test("a worker at a breakpoint is never reported", () => {
  const { hung, fallSilent } = watchedWorker({ mayBlock: true });
  fallSilent();
  vi.advanceTimersByTime(3_600_000);
  expect(hung).not.toHaveBeenCalled();
});
