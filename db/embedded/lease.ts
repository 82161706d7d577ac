import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { connect as connectTo } from "#db/connection/connect.ts";

// Commands that share an embedded Postgres each hold a connection of this name: the server knows who is still there,
// and forgets who was killed.
const NAME = "movieconnect-start";
const RETRY_MS = 50;

/**
 * Connects, and stays connected until the lease is given up.
 * @param whenLost called while the server can't be reached, once after each attempt
 * @returns a function that gives it up, and tells whether another command holds one
 * @throws {Error} `isNotReady(error)` tells whether the server is only starting or stopping
 */
export async function takeLease(url: string, whenLost: () => Promise<void>): Promise<() => Promise<boolean>> {
  let client = await connect();
  let isOver = false;
  keep();

  function connect(): Promise<pg.Client> {
    return connectTo(url, { applicationName: NAME, timeoutMs: 2_000 });
  }

  // A server that was restarted has forgotten all leases.
  function keep(): void {
    client.once("end", async () => {
      const next = await reconnect();
      if (!next) return;
      client = next;
      keep();
    });
  }

  async function reconnect(): Promise<pg.Client | null> {
    while (!isOver) {
      await delay(RETRY_MS, undefined, { ref: false });
      const next = await connect().catch(() => null);
      if (next && !isOver) return next;
      if (next) next.end().catch(() => undefined);
      else if (!isOver) await whenLost();
    }
    return null;
  }

  return async () => {
    isOver = true;
    // The connection may have been cut by a restart that this lease has not heard of, and others hold new ones by now.
    const others = (await countOthers(client)) ?? (await connect().then(countOthers, () => null));
    return Boolean(others);
  };
}

/** How many other leases there are. Null when this connection is cut. Closes it. */
async function countOthers(client: pg.Client): Promise<number | null> {
  const text = "select from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()";
  try {
    return (await client.query({ text, values: [NAME], query_timeout: 2_000 } as pg.QueryConfig)).rowCount;
  } catch {
    return null;
  } finally {
    client.end().catch(() => undefined);
  }
}

/** Whether an error of `takeLease` will pass: the server is about to listen, is recovering, or is about to end. */
export function isNotReady(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  // 57P03: cannot_connect_now. pg gives its own time-out no code.
  return ["57P03", "57P01", "ECONNREFUSED", "ECONNRESET"].includes(code ?? "") || /timeout|terminated/i.test(message);
}
