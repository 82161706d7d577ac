import { spawn } from "node:child_process";
import type { Worker } from "node:cluster";
import { EventEmitter } from "node:events";
import { availableParallelism } from "node:os";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { waitedMs, watchdog } from "./watchdog.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A worker that serves and sends heartbeats until `fallSilent` is called. */
function watchedWorker({ mayBlock = false, waited = () => 0 as number } = {}) {
  const worker = new EventEmitter() as Worker;
  const hung = vi.fn();
  watchdog(waited)(worker, hung);
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
  watchdog(() => 0)(new EventEmitter() as Worker, hung);
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

test("a worker's wait for a processor does not count as silence", () => {
  // From now on it gets a tenth of a processor.
  let fellSilentAt = Number.POSITIVE_INFINITY;
  const waited = () => Math.max(0, performance.now() - fellSilentAt) * 0.9;
  const { hung, fallSilent } = watchedWorker({ waited });
  vi.advanceTimersByTime(60_000);
  fellSilentAt = performance.now();
  fallSilent();
  vi.advanceTimersByTime(95_000);
  expect(hung).not.toHaveBeenCalled();
  vi.advanceTimersByTime(10_000);
  expect(hung.mock.calls).toEqual([[10]]);
});

test.runIf(process.platform === "linux")(
  "the wait for a processor is read where more processes want one than there are",
  async () => {
    vi.useRealTimers();
    const busy = Array.from({ length: availableParallelism() + 1 }, () =>
      spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }),
    );
    onTestFinished(() => {
      for (const { pid } of busy) process.kill(pid ?? 0, "SIGKILL");
    });
    const waited = () => busy.reduce((sum, { pid }) => sum + waitedMs(pid), 0);
    await expect.poll(waited, { timeout: 30_000 }).toBeGreaterThan(100);
    expect(waitedMs(2 ** 30)).toBe(0);
  },
);
