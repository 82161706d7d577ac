import type pg from "pg";
import { giveUpAfter } from "./deadline.ts";
import { hasFailed } from "./start.ts";

const IDLE_MS = 60_000;

type Waiter = { isSpare: boolean; resolve: (client: pg.Client) => void; reject: (error: unknown) => void };

/** A bounded number of connections that statements share. */
export type ConnectionPool = {
  /**
   * Takes a connection for one statement. Statements are served in the order in which they ask.
   * @param milliseconds how long to wait for a connection
   * @param isSpare whether the statement may take the last connection, which is reserved so that some statements get through
   *   while all others hang
   * @throws {Error} no connection was free in time, or opening one failed
   */
  take: (milliseconds: number, isSpare: boolean) => Promise<pg.Client>;
  giveBack: (client: pg.Client) => void;
  /** Closes a broken connection. Called in place of `giveBack`. */
  discard: (client: pg.Client) => void;
  usage: () => { idle: number; busy: number; waiting: number };
};

/**
 * @param open opens a connection, or fails within a bounded time
 * @param limit how many connections may be open or opening. A taken connection counts until it is given back or discarded
 */
export function connectionPool(open: () => Promise<pg.Client>, limit: number): ConnectionPool {
  const idle: { client: pg.Client; timer: NodeJS.Timeout }[] = [];
  const busy = new Set<pg.Client>();
  let opening = 0;
  // After a failure to connect, only one attempt runs at a time: a server that hangs would otherwise collect connections
  // whose statements have long given up.
  let isFailing = false;
  let waiting: Waiter[] = [];
  // A pool of one connection reserves none.
  const unreserved = Math.max(1, limit - 1);

  function take(milliseconds: number, isSpare: boolean): Promise<pg.Client> {
    return new Promise((resolve, reject) => {
      const waiter = { isSpare, resolve, reject };
      const clear = giveUpAfter(milliseconds, () => {
        removeWaiter(waiter);
        reject(new Error("no connection to the database is free"));
      });
      waiter.resolve = (client) => {
        clear();
        resolve(client);
      };
      waiter.reject = (error) => {
        clear();
        reject(error);
      };
      waiting.push(waiter);
      serveWaiters();
    });
  }

  function serveWaiters(): void {
    for (let waiter = nextWaiter(); waiter && idle.length > 0; waiter = nextWaiter()) {
      const { client, timer } = idle.pop() as (typeof idle)[number];
      clearTimeout(timer);
      removeWaiter(waiter);
      busy.add(client);
      waiter.resolve(client);
    }
    const wanted = isFailing ? Math.min(1, entitledWaiters()) : entitledWaiters();
    while (opening < wanted && idle.length + busy.size + opening < limit) openOne();
  }

  function nextWaiter(): Waiter | undefined {
    return waiting.find(({ isSpare }) => isSpare || busy.size < unreserved);
  }

  function removeWaiter(waiter: Waiter): void {
    waiting = waiting.filter((other) => other !== waiter);
  }

  /** How many waiting statements may take a connection now. */
  function entitledWaiters(): number {
    const spare = waiting.filter(({ isSpare }) => isSpare).length;
    return spare + Math.min(waiting.length - spare, Math.max(0, unreserved - busy.size));
  }

  function openOne(): void {
    opening += 1;
    open().then(
      (client) => {
        opening -= 1;
        isFailing = false;
        // An idle connection that Postgres ends is told so a moment before it is closed. Until then it looks as if it could be used.
        for (const event of ["error", "end"]) client.once(event, () => remove(client));
        // A process that was held up may read that its connection is open, and that it ends, at once.
        if (hasFailed(client)) discard(client);
        else addIdle(client);
      },
      (error: unknown) => {
        opening -= 1;
        isFailing = true;
        const waiter = nextWaiter();
        if (waiter) removeWaiter(waiter);
        waiter?.reject(error);
        serveWaiters();
      },
    );
  }

  function addIdle(client: pg.Client): void {
    idle.push({ client, timer: setTimeout(() => discard(client), IDLE_MS).unref() });
    serveWaiters();
  }

  function giveBack(client: pg.Client): void {
    // A connection that has ended in the meantime is no longer in the set.
    if (busy.delete(client)) addIdle(client);
  }

  function discard(client: pg.Client): void {
    remove(client);
    client.end().catch(() => undefined);
  }

  function remove(client: pg.Client): void {
    busy.delete(client);
    const at = idle.findIndex((item) => item.client === client);
    for (const { timer } of at < 0 ? [] : idle.splice(at, 1)) clearTimeout(timer);
    serveWaiters();
  }

  return { take, giveBack, discard, usage: () => ({ idle: idle.length, busy: busy.size + opening, waiting: waiting.length }) };
}
