import { expect, inject, test } from "vitest";
import { insertMail } from "#db/mails.ts";
import type { Database } from "#db/pool.ts";
import { type Query, withDatabase } from "./harness.ts";

// What is written into the outbox. Nothing is committed, so that no server sends any of it.

const MAIL = { kind: "recovery", userId: null, facts: { some: "fact" }, usefulSeconds: 60 };

async function inTransaction(work: (query: Query, put: (key: string | null) => Promise<void>) => Promise<void>): Promise<void> {
  await withDatabase(inject("databaseUrl"), async (query) => {
    const db: Database = { query: (text, values) => query(text, values) as never, transaction: (part) => part(db) };
    await query("begin");
    await work(query, (collapseKey) => insertMail(db, { ...MAIL, address: "ann@outbox.example", collapseKey }));
    await query("rollback");
  });
}

const COUNT = `select count(*)::int as rows, count(*) filter (where outcome is null)::int as waiting,
    count(*) filter (where outcome = 'dropped' and address = '' and facts = '{}' and collapse_key is null)::int as dropped
  from mails where created_at = now() and kind = 'recovery'`;

test("mails that collapse wait as one, and each request writes one row, so that its time tells nothing", async () => {
  await inTransaction(async (query, put) => {
    for (let count = 0; count < 3; count += 1) await put("a key");
    expect(await query(COUNT)).toEqual([{ rows: 3, waiting: 1, dropped: 2 }]);
    await put("another key");
    for (let count = 0; count < 2; count += 1) await put(null);
    expect(await query(COUNT)).toEqual([{ rows: 6, waiting: 4, dropped: 2 }]);
    const lives =
      "select distinct extract(epoch from give_up_at - created_at)::int as seconds from mails where created_at = now()";
    expect(await query(`${lives} and address = 'ann@outbox.example'`)).toEqual([{ seconds: MAIL.usefulSeconds }]);
    // However long it has waited.
    await query("update mails set created_at = now() - interval '2 hours' where collapse_key = 'a key'");
    await put("a key");
    expect(await query(COUNT)).toEqual([{ rows: 6, waiting: 3, dropped: 3 }]);
  });
});

test("an hour has at most five mails of one key, and what was dropped for one that waited is none of them", async () => {
  await inTransaction(async (query, put) => {
    for (let sent = 0; sent < 5; sent += 1) {
      for (let count = 0; count < 3; count += 1) await put("a key");
      await query("update mails set outcome = 'sent', settled_at = now() where collapse_key = 'a key' and outcome is null");
    }
    await put("a key");
    expect(await query(COUNT)).toEqual([{ rows: 16, waiting: 0, dropped: 11 }]);
    await query("update mails set created_at = now() - interval '61 minutes' where collapse_key = 'a key'");
    await put("a key");
    expect((await query(COUNT))[0]?.waiting).toBe(1);
  });
});
