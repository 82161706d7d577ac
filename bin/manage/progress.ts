const WIDTH = 24;
const EVERY_MS = { terminal: 100, log: 10_000 };

/** Shows how far work has come, on stderr: as a bar at a terminal, as a line every ten seconds elsewhere. */
export function showProgress(what: string): (done: number, total: number) => void {
  const { isTTY: isTerminal = false } = process.stderr;
  let start: number | null = null;
  let shown = performance.now();
  return (done, total) => {
    const time = performance.now();
    start ??= time;
    const isOver = done >= total;
    if (time - shown < (isTerminal ? EVERY_MS.terminal : EVERY_MS.log) && !(isOver && isTerminal)) return;
    shown = time;
    const rate = Math.round(done / Math.max(0.001, (time - start) / 1_000));
    const figures = `${what}: ${done.toLocaleString("en")} of ${total.toLocaleString("en")}, ${rate.toLocaleString("en")} a second`;
    process.stderr.write(isTerminal ? `\r${bar(done, total)} ${figures}\u001b[K${isOver ? "\n" : ""}` : `${figures}\n`);
  };
}

function bar(done: number, total: number): string {
  const filled = total === 0 ? WIDTH : Math.min(WIDTH, Math.round((done / total) * WIDTH));
  return `[${"#".repeat(filled)}${".".repeat(WIDTH - filled)}]`;
}
