/** The waits while the mail server is away, in ms: they double from the first to the last. */
const [FIRST_MS, LAST_MS] = [1_000, 30_000];

/**
 * Keeps a worker from asking a mail server that is away. After each wait one mail tries whether it is back.
 * @returns `mayPass`: how many of the wanted mails may be sent now
 */
export function mailCircuit(now: () => number = () => performance.now()) {
  let failures = 0;
  let closedUntil = 0;

  return {
    mayPass: (wanted: number) => {
      if (failures === 0) return wanted;
      return now() < closedUntil ? 0 : 1;
    },
    /** @returns whether the server was away until now */
    passed: () => {
      const wasAway = failures > 0;
      failures = 0;
      return wasAway;
    },
    /** @returns whether the server was there until now */
    failed: () => {
      const wait = Math.min(LAST_MS, FIRST_MS * 2 ** failures);
      // The workers must not come all at once.
      closedUntil = now() + wait * (0.5 + Math.random() / 2);
      failures += 1;
      return failures === 1;
    },
  };
}
