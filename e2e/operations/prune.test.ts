import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "#db/pool.ts";
import { PRUNABLES, pruneBatch } from "#db/prune.ts";
import { logIn, newSession, send, signUp } from "#e2e/client.ts";
import {
  eventually,
  type Query,
  startPostgres,
  startServer,
  type TestPostgres,
  type TestServer,
  withDatabase,
} from "#e2e/harness.ts";

// Rows that have ended are deleted by themselves, while users are served.

const MANY = 200_000;
const OTHERS = 20_000;
const TABLES = [
  "sessions",
  "revocations",
  "rate_limits",
  "login_addresses",
  "events",
  "email_changes",
  "spent",
  "django_ended_sessions",
  "mails",
  "totp_secrets",
];

let postgres: TestPostgres;
let server: TestServer;
beforeAll(async () => {
  postgres = await startPostgres({ log_min_duration_statement: 0, logging_collector: "off" });
  server = await startServer({ DATABASE_URL: postgres.url, PRUNE_INTERVAL_SECONDS: "2" });
});
afterAll(async () => {
  await server.stop();
  await postgres.stop();
});

const SESSIONS = "insert into sessions (id, user_id, expires_at, revoked_at)";
const REVOCATIONS = "insert into revocations (session_id, revoked_at)";
const LIMITS = "insert into rate_limits (key, used, resets_at)";
const MAILS = "insert into mails (kind, user_id, address, outcome, settled_at, last_error)";
const ADDRESSES = "insert into login_addresses (user_id, address, last_login_at)";
const EVENTS = "insert into events (user_id, event, at)";
const EMAIL_CHANGES = "insert into email_changes (user_id, old_email, changed_at)";
const SPENT = "insert into spent (id, expires_at)";
const DJANGO_ENDED = "insert into django_ended_sessions (session_id, tokens_void_before)";
const SECRETS = "insert into totp_secrets (user_id, is_on, sealed, added_at)";

/** Rows of each kind that may be deleted. Their names begin with "old". */
async function seedOld(query: Query, userId: number, sessions: number): Promise<void> {
  const many = async (insert: string, values: string, rows = OTHERS) =>
    query(`${insert} select ${values} from generate_series(1, ${rows}) i`);
  await many(SESSIONS, `'old-expired-' || i, ${userId}, now() - interval '26 hours' - i * interval '1 second', null`, sessions);
  await many(SESSIONS, `'old-revoked-' || i, ${userId}, now() + interval '9 days', now() - interval '26 hours'`);
  await many(REVOCATIONS, "'old-' || i, now() - interval '26 hours' - i * interval '1 second'");
  await many(LIMITS, "'old-' || i, 3, now() - i * interval '1 second'");
  await many(ADDRESSES, `${userId}, 'old-' || i, now() - interval '31 days'`);
  await many(MAILS, `'old', ${userId}, '', 'sent', now() - interval '25 hours', null`);
  await many(MAILS, `'old', ${userId}, 'ann@example.com', 'failed', now() - interval '31 days', 'refused'`);
  await many(EVENTS, `${userId}, 'old-' || i, now() - interval '366 days'`);
  await many(EMAIL_CHANGES, `${userId}, 'old-' || i, now() - interval '5 days'`);
  await many(SPENT, "'old-' || i, now() - interval '25 hours'");
  await many(DJANGO_ENDED, "'old-' || i, now() - interval '366 days'");
  // An account has one secret that waits, so each is another account's.
  await query(`with strangers as (${strangers(OTHERS)})
    ${SECRETS} select id, false, 'old', now() - interval '61 minutes' from strangers`);
}

function strangers(many: number): string {
  return `insert into users (username, username_key, email, birth_date)
    select name, name, name || '@example.com', '1990-01-02'
    from (select md5(random()::text || i) as name from generate_series(1, ${many}) i) made returning id`;
}

/** A row of each kind that is only nearly old enough. It must stay so for the minutes that a busy machine takes. */
async function seedKept(query: Query, userId: number): Promise<void> {
  await query(`${SESSIONS} values ('kept-expired', $1, now() - interval '24 hours', null)`, [userId]);
  await query(`${SESSIONS} values ('kept-revoked', $1, now() + interval '1 hour', now() - interval '24 hours')`, [userId]);
  await query(`${REVOCATIONS} values ('kept', now() - interval '24 hours')`);
  await query(`${LIMITS} values ('kept', 3, now() + interval '1 hour')`);
  await query(`${ADDRESSES} values ($1, 'kept', now() - interval '29 days')`, [userId]);
  await query(`${MAILS} values ('kept', $1, '', 'dropped', now() - interval '23 hours', null)`, [userId]);
  await query(`${MAILS} values ('kept', $1, 'ann@example.com', 'failed', now() - interval '29 days', 'refused')`, [userId]);
  // A mail that waits is never deleted for its age.
  await query("insert into mails (kind, user_id, address, created_at, next_attempt_at) values ('kept', $1, '', $2, $3)", [
    userId,
    new Date(0),
    new Date(Date.now() + 3_600_000),
  ]);
  await query(`${EVENTS} values ($1, 'kept', now() - interval '364 days')`, [userId]);
  await query(`${EMAIL_CHANGES} values ($1, 'kept', now() - interval '73 hours')`, [userId]);
  await query(`${SPENT} values ('kept', now() - interval '23 hours')`);
  await query(`${DJANGO_ENDED} values ('kept', now() - interval '364 days')`);
  await query(`${SECRETS} values ($1, false, 'kept', now() - interval '45 minutes')`, [userId]);
  // A secret that is on is never deleted for its age.
  await query(`with stranger as (${strangers(1)}) ${SECRETS} select id, true, 'kept', now() - interval '1 year' from stranger`);
}

const columns: Record<string, string> = {
  sessions: "id",
  revocations: "session_id",
  rate_limits: "key",
  login_addresses: "address",
  mails: "kind",
  events: "event",
  email_changes: "old_email",
  spent: "id",
  django_ended_sessions: "session_id",
  totp_secrets: "sealed",
};

/** The number of rows of each kind whose names begin so. */
const count = (prefix: string): Promise<Record<string, number>> =>
  withDatabase(postgres.url, async (query) => {
    const selects = TABLES.map(
      (table) => `(select count(*)::int from ${table} where ${columns[table]} like '${prefix}%') ${table}`,
    );
    return (await query(`select ${selects.join(", ")}`))[0] as Record<string, number>;
  });

/** Requests of all kinds, one after another. Returns the answers that were not 200. */
function startLoad(user: { username: string; password: string }) {
  const failures: string[] = [];
  let isOver = false;
  async function live(): Promise<void> {
    let { cookies } = await logIn(server.origin, user);
    while (!isOver) {
      const profile = await send(server.origin, "GET", "/api/user/profile/", { cookies });
      const refresh = await send(server.origin, "POST", "/api/token/refresh/", { cookies });
      if (refresh.status === 200) cookies = refresh.cookies;
      for (const { status, text } of [profile, refresh]) if (status !== 200) failures.push(`${status} ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  const lives = Promise.all([live(), live(), live()]);
  // A request without an answer is told by the function below.
  lives.catch((error: Error) => failures.push(`${error.message}, after which the server said: ${server.output().slice(-2_000)}`));
  return async () => {
    isOver = true;
    await lives.catch(() => undefined);
    return failures;
  };
}

test(`${MANY} ended sessions, and other rows, are deleted in small batches, and rows that may matter are kept`, async () => {
  const user = await signUp(server.origin);
  const idle = await newSession(server.origin);
  await withDatabase(postgres.url, async (query) => {
    await seedKept(query, user.id);
    await seedOld(query, user.id, MANY);
  });
  const stop = startLoad(user);
  const none = Object.fromEntries(TABLES.map((table) => [table, 0]));
  await eventually(async () => Object.values(await count("old")).every((left) => left === 0), 120);
  expect(await count("old")).toEqual(none);
  expect(await count("kept")).toEqual({
    ...{ sessions: 2, revocations: 1, rate_limits: 1, login_addresses: 1, events: 1, email_changes: 1, spent: 1, mails: 3 },
    ...{ totp_secrets: 2, django_ended_sessions: 1 },
  });
  expect(await stop()).toEqual([]);
  expect((await send(server.origin, "POST", "/api/token/refresh/", { cookies: idle.cookies })).status).toBe(200);

  // The deletion of ended sessions announces no revocation.
  const announced = "select count(*)::int as count from revocations where session_id like 'old%'";
  expect(await withDatabase(postgres.url, (query) => query(announced))).toEqual([{ count: 0 }]);

  const log = await readFile(join(postgres.directory, "postgres.log"), "utf8");
  const durations = [...log.matchAll(/duration: (\d+\.\d+) ms {2}execute [^:]+: with pruned as/g)].map(([, ms]) => Number(ms));
  const rows = MANY + 7 * OTHERS;
  expect(durations.length).toBeGreaterThanOrEqual(rows / 500);
  // A busy machine holds a few of them up.
  expect(durations.sort((a, b) => a - b)[Math.floor(0.95 * durations.length)]).toBeLessThan(1_000);
  // A worker reports when it has been through all tables.
  const reports = () => server.output().match(/"event":"prune"[^\n]*/g) ?? [];
  const total = (name: string) =>
    reports().reduce((sum, line) => sum + Number(new RegExp(`"${name}":(\\d+)`).exec(line)?.[1] ?? 0), 0);
  await eventually(() => total("expired_sessions") >= MANY);
  expect(total("expired_sessions")).toBe(MANY);
});

test("every kind of row is found by an index", async () => {
  const user = await signUp(server.origin);
  await withDatabase(postgres.url, async (query) => {
    await query("begin");
    await seedOld(query, user.id, OTHERS);
    await query(`analyze ${TABLES.join(", ")}`);
    for (const what of PRUNABLES) {
      const plan: string[] = [];
      const explain: Query = async (text, values) => {
        for (const row of await query(`explain ${text}`, values)) plan.push(String(row["QUERY PLAN"]));
        return [];
      };
      const db = { query: explain, transaction: (work) => work(db) } as Database;
      await pruneBatch(db, what, 500, null);
      expect(plan.join("\n"), what).toMatch(
        /Index Scan using (\w+?)_(((expires|revoked|resets|last_login|changed|settled|failed|added)_)?at|tokens_void_before) on \1[\s\S]*Tid Scan on \1/,
      );
      expect(plan.join("\n"), what).not.toMatch(/Seq Scan|Sort/);
    }
  });
});
