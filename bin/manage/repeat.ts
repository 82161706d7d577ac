const EVERY_MS = 1_000;

/**
 * Repeats work every second until the process is told to stop (SIGINT, SIGTERM). What is being done then is finished.
 * @param work gets a function that tells whether to stop; a failure is shown, and the work begins anew
 */
export async function repeat(work: (next: () => Promise<boolean>) => Promise<void>): Promise<void> {
  let wake = () => {};
  let isStopped = false;
  const stop = () => {
    isStopped = true;
    wake();
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, stop);
  let due = Date.now() + EVERY_MS;
  const next = async () => {
    const wait = Math.max(0, due - Date.now());
    if (!isStopped && wait > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    due = Date.now() + EVERY_MS;
    return !isStopped;
  };
  while (!isStopped) {
    await work(next).catch((error: Error) => console.error(`movieconnect: ${error.message}; trying again`));
    await next();
  }
}
