const WIDTH = 24;
const EVERY_MS = { terminal: 100, log: 10_000 };

/** Shows how far work has come, on stderr: as a bar at a terminal, as a line every ten seconds elsewhere. */
export function showProgress(what: string): (done: number, total: number) => void {
  const { isTTY: isTerminal = false } = process.stderr;
  const start = performance.now();
  let shown = start;
  return (done, total) => {
    const time = performance.now();
    const isOver = done >= total;
    if (time - shown < (isTerminal ? EVERY_MS.terminal : EVERY_MS.log) && !(isOver && isTerminal)) return;
    shown = time;
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const rate = Math.round(done / Math.max(0.001, (time - start) / 1_000));
    const figures = `${what}: ${done.toLocaleString("en")} of ${total.toLocaleString("en")}, ${rate.toLocaleString("en")} a second`;
    const filled = Math.round(share * WIDTH);
    const bar = `\r[${"#".repeat(filled)}${".".repeat(WIDTH - filled)}] ${figures}\u001b[K${isOver ? "\n" : ""}`;
    process.stderr.write(isTerminal ? bar : `${figures}\n`);
  };
}
