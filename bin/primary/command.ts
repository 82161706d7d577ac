import { HURRIED_MS } from "#bin/server/stop-budget.ts";
import { isNpmScript } from "#lib/config.ts";

/** A terminal, npm and a shell may all pass on the same Ctrl-C. Only a signal that comes after this time counts as a second. */
const REPEATED_MS = 1_000;
const PARENT_MS = 250;

/** What a long-running command gets to know when to end, and to say how. */
export type Command = {
  /** Aborted when the command must end. */
  signal: AbortSignal;
  /** Aborted by a second signal: work in flight is cut off. */
  hurry: AbortSignal;
  /** Registers an action that undoes a step when the command ends. The last step is undone first. */
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
  // Writing to a closed terminal or pipe must not end this process before it has stopped Postgres.
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

// npm passes a SIGTERM on to its shell, which dies without passing it on. `exec` would replace the shell, but Windows' cmd has
// no `exec`.
function onceOrphaned(work: () => void): void {
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    work();
  }, PARENT_MS).unref();
}
