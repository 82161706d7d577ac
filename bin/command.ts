/** What a long-running command tells about itself. */
export type Command = {
  /** Aborted once the command is to end. */
  signal: AbortSignal;
  /** Has this undone when the command ends; what was begun last is undone first. */
  atStop: (undo: () => Promise<void>) => void;
  /** Ends the command with status 1 and one line that says why. */
  fail: (reason: string) => void;
};

/** Runs a command until it fails or a signal ends it. */
export function runCommand(main: (command: Command) => Promise<void>): void {
  const stopping = new AbortController();
  const undone: (() => Promise<void>)[] = [];

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(0));
  // A terminal or a pipe that has gone away is no reason to leave Postgres behind.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const fail = (reason: string) => void stop(1, reason);
  const atStop = (undo: () => Promise<void>) => void undone.unshift(undo);
  main({ signal: stopping.signal, atStop, fail }).catch((error) => fail(error instanceof Error ? error.message : String(error)));

  async function stop(status: number, reason?: string): Promise<void> {
    if (stopping.signal.aborted) return;
    stopping.abort();
    if (reason) console.error(`movieconnect: ${reason}`);
    for (const undo of undone) await undo();
    process.exit(status);
  }
}
