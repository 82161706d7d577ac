import { HURRIED_MS } from "#bin/server/stop-budget.ts";
import { isNpmScript } from "#lib/config.ts";

/** A terminal, npm and a shell between may all hand on the same Ctrl-C: only one that comes later is a second one. */
const REPEATED_MS = 1_000;
const PARENT_MS = 250;

/** What a long-running command tells about itself. */
export type Command = {
  /** Aborted once the command is to end. */
  signal: AbortSignal;
  /** Aborted by a second signal: what is in flight is not waited for. */
  hurry: AbortSignal;
  /** Has this undone when the command ends; what was begun last is undone first. */
  atStop: (undo: () => Promise<void>) => void;
  /** Ends the command with status 1 and one line that says why. */
  fail: (reason: string) => void;
};

/** Runs a command until it fails or a signal ends it; a second signal ends it at once, with status 1. */
export function runCommand(main: (command: Command) => Promise<void>): void {
  const stopping = new AbortController();
  const hurrying = new AbortController();
  let stoppedAt = 0;
  const undone: (() => Promise<void>)[] = [];

  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (!stopping.signal.aborted) stop(0);
      else if (performance.now() - stoppedAt > REPEATED_MS) hurry();
    });
  }
  if (isNpmScript()) onceOrphaned(() => stop(0));
  // A terminal or a pipe that has gone away is no reason to leave Postgres behind.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const fail = (reason: string) => void stop(1, reason);
  const atStop = (undo: () => Promise<void>) => void undone.unshift(undo);
  main({ signal: stopping.signal, hurry: hurrying.signal, atStop, fail }).catch((error) =>
    fail(error instanceof Error ? error.message : String(error)),
  );

  async function stop(status: number, reason?: string): Promise<void> {
    if (stopping.signal.aborted) return;
    stoppedAt = performance.now();
    stopping.abort();
    if (reason) console.error(`movieconnect: ${reason}`);
    for (const undo of undone) await undo();
    process.exit(hurrying.signal.aborted ? 1 : status);
  }

  function hurry(): void {
    if (hurrying.signal.aborted) return;
    hurrying.abort();
    setTimeout(() => process.exit(1), HURRIED_MS);
  }
}

// npm hands a SIGTERM on to the shell between, which dies of it and tells nobody. `exec` would take the shell's place, but
// Windows' cmd has none.
function onceOrphaned(work: () => void): void {
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    work();
  }, PARENT_MS).unref();
}
