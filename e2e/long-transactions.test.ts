import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newSession, send } from "./client.ts";
import { eventually, startPostgres, startServer, type TestPostgres, type TestServer } from "./harness.ts";

// A revocation is announced when its transaction ends, however long that took. Each transaction here is open for longer than
// the workers look back by any clock.

const OPEN_MS = 15_000;

// A database of their own: another test's change of a table would wait for these transactions, and its other users for that test.
let postgres: TestPostgres;
let server: TestServer;
let origin = "";
beforeAll(async () => {
  postgres = await startPostgres();
  server = await startServer({ DATABASE_URL: postgres.url });
  origin = server.origin;
});
afterAll(async () => {
  await server?.stop();
  await postgres?.stop();
});

const WAYS = {
  "an account that is disabled": "update users set is_active = false where id = $1",
  "an account that is deleted": "delete from users where id = $1",
  "a password that is changed": "update passwords set changed_at = clock_timestamp() where user_id = $1",
  "sessions that are ended": "update sessions set revoked_at = now() where user_id = $1",
  "sessions that are deleted": "delete from sessions where user_id = $1",
};

const profile = async (access = "") =>
  (await send(origin, "GET", "/api/user/profile/", { cookies: { access_token: access } })).status;

/** Users whose sessions end, each in a different way, in one transaction that is still open. */
async function begin(level: string) {
  const people: { name: string; statement: string; id: number; access: string | undefined; refresh: string }[] = [];
  // One after the other: hashing takes turns.
  for (const [what, statement] of Object.entries(WAYS)) {
    const { user, cookies, refresh } = await newSession(origin);
    people.push({ name: `${what}, ${level}`, statement, id: user.id, access: cookies.access_token, refresh });
  }
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`begin isolation level ${level}; set local statement_timeout = 0`);
  for (const { statement, id } of people) expect((await client.query(statement, [id])).rowCount).toBe(1);
  return { client, people };
}

test("sessions that end in a transaction of 15 s, in whatever way and at whatever isolation level, are refused everywhere", async () => {
  const open: Awaited<ReturnType<typeof begin>>[] = [];
  for (const level of ["read committed", "repeatable read", "serializable"]) open.push(await begin(level));
  const people = open.flatMap((transaction) => transaction.people);
  await delay(OPEN_MS);
  // Not refused before the commit.
  for (const { name, access } of people) expect(await profile(access), name).toBe(200);
  for (const { client } of open) {
    await client.query("commit");
    await client.end();
  }
  // Within a second and a poll, and somewhat more on a busy machine. Each request may reach another worker.
  const refusedEverywhere = async (access = "") => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => profile(access)));
    return answers.every((status) => status === 401);
  };
  for (const { name, access, refresh } of people) {
    await eventually(() => refusedEverywhere(access), 5).catch(() => expect.fail(`${name}: still opens the profile`));
    const renewed = await send(origin, "POST", "/api/token/refresh/", { cookies: { refresh_token: refresh } });
    expect(renewed.status, name).toBe(401);
  }
});
