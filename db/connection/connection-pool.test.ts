import { EventEmitter } from "node:events";
import type pg from "pg";
import { expect, test } from "vitest";
import { connectionPool } from "./connection-pool.ts";

test.each(["error", "end"])(
  "an idle connection that has failed (%s) is not used again, and leaves room for another",
  async (event) => {
    const opened: pg.Client[] = [];
    const open = async () => {
      const client = Object.assign(new EventEmitter(), { end: async () => undefined }) as unknown as pg.Client;
      // As each connection does: an error that nobody hears would end the process.
      client.on("error", () => undefined);
      opened.push(client);
      return client;
    };
    const pool = connectionPool(open, 1);
    const first = await pool.take(1_000, true);
    pool.giveBack(first);
    expect(await pool.take(1_000, true)).toBe(first);
    pool.giveBack(first);
    first.emit(event, new Error("terminating connection due to idle-session timeout"));
    expect(pool.usage()).toEqual({ idle: 0, busy: 0, waiting: 0 });
    const second = await pool.take(1_000, true);
    expect(second).not.toBe(first);
    expect(opened).toEqual([first, second]);
  },
);
