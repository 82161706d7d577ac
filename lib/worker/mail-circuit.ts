import { log } from "#lib/observe/log.ts";

/** The waits while the mail server is away, in ms: each is twice the one before. */
const [FIRST_MS, LONGEST_MS] = [1_000, 30_000];

/** Keeps a worker from asking a mail server that is away. After each wait one mail tries whether it is back. */
export function mailCircuit() {
  let failures = 0;
  let waitsUntil = 0;

  return {
    /** How many of the wanted mails may be sent now. */
    mayPass: (wanted: number): number => {
      if (failures === 0) return wanted;
      return performance.now() < waitsUntil ? 0 : 1;
    },
    /** The server has answered. */
    passed: (): void => {
      if (failures > 0) log().info({ event: "mail_server_back" });
      failures = 0;
    },
    /** The server takes no mails. @param why for the log */
    failed: (why: Record<string, unknown>): void => {
      if (failures === 0) log().warn({ event: "mail_server_away", ...why });
      // Random, so that the workers don't come all at once.
      waitsUntil = performance.now() + Math.min(LONGEST_MS, FIRST_MS * 2 ** failures) * (0.5 + Math.random() / 2);
      failures += 1;
    },
  };
}
