import type pg from "pg";

const IDLE_MS = 60_000;

type Waiter = { isSpare: boolean; resolve: (client: pg.Client) => void; reject: (error: unknown) => void };

/** A bounded number of connections, which statements take turns with. */
export type Connections = {
  /**
   * One for a statement, within so many ms: in the order in which they were asked for.
   * @param isSpare whether it may be the last one, which is kept so that some statements get through where all others hang
   * @throws {Error} none was free in time, or the one that was opened for it failed
   */
  take: (milliseconds: number, isSpare: boolean) => Promise<pg.Client>;
  giveBack: (client: pg.Client) => void;
  /** In place of `giveBack`, for one that is broken. */
  discard: (client: pg.Client) => void;
  usage: () => { idle: number; busy: number; waiting: number };
};

/**
 * @param open makes a connection, or fails within a bounded time
 * @param limit how many may be open or about to be. One that was taken counts until it comes back, however long that takes
 */
export function connections(open: () => Promise<pg.Client>, limit: number): Connections {
  const idle: { client: pg.Client; timer: NodeJS.Timeout }[] = [];
  const busy = new Set<pg.Client>();
  let opening = 0;
  // Where connecting fails, one at a time tries it: a server that hangs would find as many that nobody waits for any more.
  let isFailing = false;
  let waiting: Waiter[] = [];
  // A pool of one has none to spare.
  const forAll = Math.max(1, limit - 1);

  function take(milliseconds: number, isSpare: boolean): Promise<pg.Client> {
    return new Promise((resolve, reject) => {
      const waiter = { isSpare, resolve, reject };
      const giveUp = () => {
        waiting = waiting.filter((other) => other !== waiter);
        reject(new Error("no connection to the database is free"));
      };
      const timer = setTimeout(giveUp, milliseconds);
      waiter.resolve = (client) => resolve(afterClearing(timer, client));
      waiter.reject = (error) => reject(afterClearing(timer, error));
      waiting.push(waiter);
      serve();
    });
  }

  function serve(): void {
    for (let waiter = first(); waiter && idle.length > 0; waiter = first()) {
      const { client, timer } = idle.pop() as (typeof idle)[number];
      clearTimeout(timer);
      leave(waiter);
      busy.add(client);
      waiter.resolve(client);
    }
    while (opening < (isFailing ? Math.min(1, due()) : due()) && idle.length + busy.size + opening < limit) openOne();
  }

  function first(): Waiter | undefined {
    return waiting.find(({ isSpare }) => isSpare || busy.size < forAll);
  }

  function leave(waiter: Waiter): void {
    waiting = waiting.filter((other) => other !== waiter);
  }

  /** How many of those that wait may have a connection now. */
  function due(): number {
    const spare = waiting.filter(({ isSpare }) => isSpare).length;
    return spare + Math.min(waiting.length - spare, Math.max(0, forAll - busy.size));
  }

  function openOne(): void {
    opening += 1;
    open().then(
      (client) => {
        opening -= 1;
        isFailing = false;
        client.once("end", () => forget(client));
        rest(client);
      },
      (error: unknown) => {
        opening -= 1;
        isFailing = true;
        const waiter = first();
        if (waiter) leave(waiter);
        waiter?.reject(error);
        serve();
      },
    );
  }

  function rest(client: pg.Client): void {
    idle.push({ client, timer: setTimeout(() => discard(client), IDLE_MS).unref() });
    serve();
  }

  function giveBack(client: pg.Client): void {
    // One that ended meanwhile has been forgotten.
    if (busy.delete(client)) rest(client);
  }

  function discard(client: pg.Client): void {
    forget(client);
    client.end().catch(() => undefined);
  }

  function forget(client: pg.Client): void {
    busy.delete(client);
    const at = idle.findIndex((item) => item.client === client);
    for (const { timer } of at < 0 ? [] : idle.splice(at, 1)) clearTimeout(timer);
    serve();
  }

  return { take, giveBack, discard, usage: () => ({ idle: idle.length, busy: busy.size + opening, waiting: waiting.length }) };
}

function afterClearing<Outcome>(timer: NodeJS.Timeout, outcome: Outcome): Outcome {
  clearTimeout(timer);
  return outcome;
}
