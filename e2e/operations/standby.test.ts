import { expect, test } from "vitest";
import { withDatabase } from "#e2e/harness.ts";
import { startPostgresPair } from "#e2e/standby.ts";

// Checks the pair of servers that other tests build on.

const insert = (url: string, id: number) => withDatabase(url, (query) => query("insert into kept values ($1)", [id]));
const kept = (url: string) => withDatabase(url, (query) => query("select id from kept order by id"));
const rows = (...ids: number[]) => ids.map((id) => ({ id }));

test("a synchronous primary's commit waits for its standby, and an asynchronous one loses what it had not sent", async () => {
  const pair = await startPostgresPair({ synchronous: true });
  try {
    await withDatabase(pair.url, (query) => query("create table kept (id int)"));
    await insert(pair.url, 1);
    expect(await kept(pair.standby.url)).toEqual(rows(1));

    pair.holdReplication();
    let isCommitted = false;
    const waiting = insert(pair.url, 2).then(() => {
      isCommitted = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect([isCommitted, await kept(pair.url)]).toEqual([false, rows(1)]);
    pair.resumeReplication();
    await waiting;
    expect(await kept(pair.standby.url)).toEqual(rows(1, 2));

    await pair.setSynchronous(false);
    pair.holdReplication();
    await insert(pair.url, 3);
    await pair.killPrimary();
    await expect(kept(pair.url)).rejects.toThrow();
    await pair.promote();
    expect(await kept(pair.url)).toEqual(rows(1, 2));
    await insert(pair.url, 4);
    expect(await kept(pair.url)).toEqual(rows(1, 2, 4));
  } finally {
    await pair.stop();
  }
});
