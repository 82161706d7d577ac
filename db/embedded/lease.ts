import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { connect as connectTo } from "#db/connection/connect.ts";

// Commands that share an embedded Postgres each hold one connection of this name, the lease. So the server knows which
// commands still run: a killed one loses its connection.
const NAME = "movieconnect-start";
const RETRY_MS = 50;

/**
 * Takes a lease: connects, and reconnects until the lease is released.
 * @param whenLost called while the server can't be reached, once after each attempt
 * @returns a function that releases the lease, and returns whether another command holds one
 * @throws {Error} `isNotReady(error)` tells whether the server is only starting or stopping
 */
export async function takeLease(url: string, whenLost: () => Promise<void>): Promise<() => Promise<boolean>> {
  let client = await connect();
  let isReleased = false;
  keep();

  function connect(): Promise<pg.Client> {
    return connectTo(url, { applicationName: NAME, timeoutMs: 2_000 });
  }

  // After a restart the server has lost all leases.
  function keep(): void {
    client.once("end", async () => {
      const next = await reconnect();
      if (!next) return;
      client = next;
      keep();
    });
  }

  async function reconnect(): Promise<pg.Client | null> {
    while (!isReleased) {
      await delay(RETRY_MS, undefined, { ref: false });
      const next = await connect().catch(() => null);
      if (next && !isReleased) return next;
      if (next) next.end().catch(() => undefined);
      else if (!isReleased) await whenLost();
    }
    return null;
  }

  return async () => {
    isReleased = true;
    // A restart may have cut the connection without this lease having noticed, and other commands may hold new leases by now.
    const others = (await countOthers(client)) ?? (await connect().then(countOthers, () => null));
    return Boolean(others);
  };
}

/** Counts the other leases, and closes this connection. @returns null where the connection was cut */
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

/** Whether an error of `takeLease` will pass by itself: the server is starting, recovering or shutting down. */
export function isNotReady(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  // 57P03: cannot_connect_now. 57P01: admin_shutdown. pg's own timeout has no code.
  return ["57P03", "57P01", "ECONNREFUSED", "ECONNRESET"].includes(code ?? "") || /timeout|terminated/i.test(message);
}
