import type { Worker } from "node:cluster";
import inspector from "node:inspector";

const TICK_MS = 1_000;
/** No regular work blocks an event loop this long. */
const SILENT_MS = 10_000;
/** A worker that does not serve yet loads its code, perhaps on a busy machine with a cold disk. */
const LOADING_MS = 60_000;

type Message = { alive?: { mayBlock: boolean }; listening?: number };

/**
 * Notices workers that hang, in an endless loop or as a stopped process, by their silence.
 * @returns a function that watches one worker until it exits, and calls `hung` at most once, with the silence in seconds
 */
export function watchdog(): (worker: Worker, hung: (seconds: number) => void) => void {
  const watched = new Map<Worker, { heardAt: number; limitMs: number; mayBlock: boolean; hung: (seconds: number) => void }>();
  let tickedAt = performance.now();
  setInterval(tick, TICK_MS).unref();

  return (worker, hung) => {
    watched.set(worker, { heardAt: performance.now(), limitMs: LOADING_MS, mayBlock: false, hung });
    worker.on("message", ({ alive, listening }: Message) => {
      const state = watched.get(worker);
      if (!state) return;
      state.heardAt = performance.now();
      if (listening !== undefined) state.limitMs = SILENT_MS;
      state.mayBlock = alive?.mayBlock ?? state.mayBlock;
    });
    worker.once("exit", () => watched.delete(worker));
  };

  function tick(): void {
    const now = performance.now();
    // A sleeping or overloaded machine stopped this process too, so it missed the workers' messages.
    const wasPaused = now - tickedAt > 2 * TICK_MS || inspector.url() !== undefined;
    tickedAt = now;
    for (const [worker, state] of watched) {
      if (wasPaused || state.mayBlock) state.heardAt = now;
      if (now - state.heardAt <= state.limitMs) continue;
      watched.delete(worker);
      state.hung(Math.round(state.limitMs / 1_000));
    }
  }
}
