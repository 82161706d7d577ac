import type { Worker } from "node:cluster";

/** Tells a worker to stop, and resolves when it has ended. It is killed after `killAfterMs`, or when `hurry` is aborted. */
export function stopWorker(worker: Worker, killAfterMs: number, hurry: AbortSignal): Promise<void> {
  return new Promise((stopped) => {
    const kill = () => worker.process.kill("SIGKILL");
    const timer = setTimeout(kill, killAfterMs);
    hurry.addEventListener("abort", kill);
    worker.once("exit", () => {
      clearTimeout(timer);
      hurry.removeEventListener("abort", kill);
      stopped();
    });
    // A message to a dying worker can fail, which does not matter: its exit counts.
    if (worker.isConnected()) worker.send("stop", () => undefined);
    else kill();
  });
}
