/** How long a statement may take, waiting for a connection included. After that it is abandoned. */
export const DEADLINE_MS = 1_500;

/**
 * Calls `giveUp` after so many milliseconds, unless the returned function was called before. An answer that has arrived by then
 * comes first: after the process was busy for longer than that, timers are due before what its sockets have received is read.
 */
export function giveUpAfter(milliseconds: number, giveUp: () => void): () => void {
  let reading: NodeJS.Immediate | undefined;
  // Sockets are read after the timers, and before immediates.
  const timer = setTimeout(() => {
    reading = setImmediate(giveUp);
  }, milliseconds);
  return () => {
    clearTimeout(timer);
    clearImmediate(reading);
  };
}
