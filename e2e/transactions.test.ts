import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { connect } from "#db/connection/connect.ts";
import { transaction } from "#db/transaction.ts";
import { withDatabase } from "./harness.ts";

const url = inject("databaseUrl");
// In a schema of its own: other files read each table of the public one, and would miss a table that is dropped meanwhile.
const SCHEMA = "transactions_test";
const TABLE = `${SCHEMA}.numbers`;

let client: Awaited<ReturnType<typeof connect>>;
beforeEach(async () => {
  await withDatabase(url, (query) => query(`create schema ${SCHEMA} create table numbers (id int)`));
  client = await connect(url, { timeoutMs: 5_000 });
});
afterEach(async () => {
  await client.end();
  await withDatabase(url, (query) => query(`drop schema ${SCHEMA} cascade`));
});

const rows = () => withDatabase(url, (query) => query(`select id from ${TABLE}`));

test("work that returns is committed as a whole, and not before", async () => {
  const outcome = await transaction(client, async (db) => {
    await db.query(`insert into ${TABLE} values ($1)`, [1]);
    expect(await rows()).toEqual([]);
    const [row] = await db.query<{ id: number }>(`insert into ${TABLE} values (2) returning id`);
    return row?.id;
  });
  expect(outcome).toBe(2);
  expect(await rows()).toEqual([{ id: 1 }, { id: 2 }]);
});

test("work that throws leaves nothing behind, and the connection takes the next transaction", async () => {
  const refusal = new Error("refused");
  const failed = transaction(client, async (db) => {
    await db.query(`insert into ${TABLE} values (1)`);
    throw refusal;
  });
  await expect(failed).rejects.toBe(refusal);
  expect(await rows()).toEqual([]);
  await transaction(client, (db) => db.query(`insert into ${TABLE} values (2)`));
  expect(await rows()).toEqual([{ id: 2 }]);
});

test("work that goes on after a failed statement is told that nothing was committed", async () => {
  const work = transaction(client, async (db) => {
    await db.query(`insert into ${TABLE} values (1)`);
    await db.query("select 1 / 0").catch(() => undefined);
  });
  await expect(work).rejects.toThrow("nothing was committed");
  expect(await rows()).toEqual([]);
});
