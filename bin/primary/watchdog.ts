import type { Worker } from "node:cluster";
import { readFileSync } from "node:fs";
import inspector from "node:inspector";

const TICK_MS = 1_000;
/** No regular work blocks an event loop this long. */
const SILENT_MS = 10_000;
/** A worker that does not serve yet loads its code, perhaps on a busy machine with a cold disk. */
const LOADING_MS = 60_000;

type Message = { alive?: { mayBlock: boolean }; listening?: number };

/** `waitedMs`: how long the worker had waited for a processor when it was last heard. */
type State = { heardAt: number; waitedMs: number; limitMs: number; mayBlock: boolean; hung: (seconds: number) => void };

/**
 * Notices workers that hang, in an endless loop or as a stopped process, by their silence. The time that a worker waits for a
 * processor is not counted: on an overloaded machine another worker would have to wait just as long, and a kill would break off
 * the requests of this one.
 * @param waitedForProcessor how long a worker has waited so far, in ms
 * @returns a function that watches one worker until it exits, and calls `hung` at most once, with the silence in seconds
 */
export function watchdog(
  waitedForProcessor = (worker: Worker) => waitedMs(worker.process.pid),
): (worker: Worker, hung: (seconds: number) => void) => void {
  const watched = new Map<Worker, State>();
  let tickedAt = performance.now();
  setInterval(tick, TICK_MS).unref();

  return (worker, hung) => {
    watched.set(worker, { ...heard(worker), limitMs: LOADING_MS, mayBlock: false, hung });
    worker.on("message", ({ alive, listening }: Message) => {
      const state = watched.get(worker);
      if (!state) return;
      Object.assign(state, heard(worker));
      if (listening !== undefined) state.limitMs = SILENT_MS;
      state.mayBlock = alive?.mayBlock ?? state.mayBlock;
    });
    worker.once("exit", () => watched.delete(worker));
  };

  function heard(worker: Worker): Pick<State, "heardAt" | "waitedMs"> {
    return { heardAt: performance.now(), waitedMs: waitedForProcessor(worker) };
  }

  function tick(): void {
    const now = performance.now();
    // A sleeping or overloaded machine stopped this process too, so it missed the workers' messages.
    const wasPaused = now - tickedAt > 2 * TICK_MS || inspector.url() !== undefined;
    tickedAt = now;
    for (const [worker, state] of watched) {
      if (wasPaused || state.mayBlock) Object.assign(state, heard(worker));
      const silentMs = now - state.heardAt;
      // Most workers have just been heard, so that nothing needs to be read.
      if (silentMs <= state.limitMs || silentMs - waitedForProcessor(worker) + state.waitedMs <= state.limitMs) continue;
      watched.delete(worker);
      state.hung(Math.round(state.limitMs / 1_000));
    }
  }
}

/**
 * How long a process' main thread was ready to run and got no processor, in ms: the second figure of Linux' `schedstat`, in ns.
 * 0 where the system does not say.
 */
export function waitedMs(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[1]) / 1e6 || 0;
  } catch {
    return 0;
  }
}
