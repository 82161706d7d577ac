import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { connect as connectTo } from "./connect.ts";

// Commands that share an embedded Postgres each hold a connection of this name: the server knows who is still there,
// and forgets who was killed.
const NAME = "movieconnect-start";
const RETRY_MS = 50;

/**
 * Connects, and stays connected until the lease is given up.
 * @returns a function that gives it up, and tells whether somebody else holds one
 * @throws {Error} `isNotReady(error)` tells whether the server is only starting or stopping
 */
export async function takeLease(url: string): Promise<() => Promise<boolean>> {
  let client = await connect();
  let isOver = false;
  keep();

  function connect(): Promise<pg.Client> {
    return connectTo(url, { applicationName: NAME, timeoutMs: 2_000 });
  }

  // A server that was restarted has forgotten everybody.
  function keep(): void {
    client.once("end", async () => {
      while (!isOver) {
        await delay(RETRY_MS, undefined, { ref: false });
        const next = await connect().catch(() => null);
        if (!next) continue;
        client = next;
        return keep();
      }
    });
  }

  return async () => {
    isOver = true;
    const others = "select from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()";
    try {
      const query = { text: others, values: [NAME], query_timeout: 2_000 };
      return Boolean((await client.query(query as pg.QueryConfig)).rowCount);
    } catch {
      return false;
    } finally {
      client.end().catch(() => undefined);
    }
  };
}

/** Whether an error of `takeLease` will pass: the server is about to listen, is recovering, or is about to end. */
export function isNotReady(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  // 57P03: cannot_connect_now. pg gives its own time-out no code.
  return ["57P03", "57P01", "ECONNREFUSED", "ECONNRESET"].includes(code ?? "") || /timeout|terminated/i.test(message);
}
