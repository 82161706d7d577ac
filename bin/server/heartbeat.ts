import inspector from "node:inspector";

const INTERVAL_MS = 1_000;

/**
 * Tells the primary every second that this worker's event loop is running. A worker that hangs sends nothing (watchdog.ts).
 * @param mayBlock the event loop may stop for any time, as it does at a breakpoint
 */
export function beat(mayBlock: boolean): void {
  setInterval(tell, INTERVAL_MS).unref();
  tell();

  function tell(): void {
    if (!process.connected) return;
    process.send?.({ alive: { mayBlock: mayBlock || inspector.url() !== undefined } }, undefined, undefined, () => undefined);
  }
}
