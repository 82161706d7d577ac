import type { Worker } from "node:cluster";
import inspector from "node:inspector";

const TICK_MS = 1_000;
/** No honest work keeps an event loop that long. */
const SILENT_MS = 10_000;
/** Until it serves a worker loads its code, on a busy machine and a cold disk perhaps. */
const LOADING_MS = 60_000;

type Message = { alive?: { mayBlock: boolean }; listening?: number };

/**
 * Notices workers that hang, by their silence: an endless loop, a stopped process.
 * @returns a function that watches one worker until it exits, and calls `hung` at most once, with its silence in seconds
 */
export function watchdog(): (worker: Worker, hung: (seconds: number) => void) => void {
  const watched = new Map<Worker, { heardAt: number; patienceMs: number; mayBlock: boolean; hung: (seconds: number) => void }>();
  let tickedAt = performance.now();
  setInterval(tick, TICK_MS).unref();

  return (worker, hung) => {
    watched.set(worker, { heardAt: performance.now(), patienceMs: LOADING_MS, mayBlock: false, hung });
    worker.on("message", ({ alive, listening }: Message) => {
      const state = watched.get(worker);
      if (!state) return;
      state.heardAt = performance.now();
      if (listening !== undefined) state.patienceMs = SILENT_MS;
      state.mayBlock = alive?.mayBlock ?? state.mayBlock;
    });
    worker.once("exit", () => watched.delete(worker));
  };

  function tick(): void {
    const now = performance.now();
    // A machine that slept, or is out of breath, stopped this process too: what it did not hear says nothing.
    const wasPaused = now - tickedAt > 2 * TICK_MS || inspector.url() !== undefined;
    tickedAt = now;
    for (const [worker, state] of watched) {
      if (wasPaused || state.mayBlock) state.heardAt = now;
      if (now - state.heardAt <= state.patienceMs) continue;
      watched.delete(worker);
      state.hung(Math.round(state.patienceMs / 1_000));
    }
  }
}
