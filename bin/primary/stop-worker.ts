import type { Worker } from "node:cluster";

/** Tells a worker to stop, and resolves when it has ended: killed after its patience, or when `hurry` is aborted. */
export function stopWorker(worker: Worker, patienceMs: number, hurry: AbortSignal): Promise<void> {
  return new Promise((stopped) => {
    const kill = () => worker.process.kill("SIGKILL");
    const timer = setTimeout(kill, patienceMs);
    hurry.addEventListener("abort", kill);
    worker.once("exit", () => {
      clearTimeout(timer);
      hurry.removeEventListener("abort", kill);
      stopped();
    });
    // One that is just dying can't be told any more: its exit is what counts.
    if (worker.isConnected()) worker.send("stop", () => undefined);
    else kill();
  });
}
