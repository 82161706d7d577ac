import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { passGrace } from "./change-session.ts";
import { newSession, send } from "./client.ts";
import { mutations } from "./forge.ts";
import { eventually, startPostgres, startServer, type TestPostgres, type TestServer } from "./harness.ts";
import { comeFromDjango, logInAtDjango } from "./simplejwt.ts";

// How many statements requests cause: counted in the log of a Postgres that logs every statement.

let postgres: TestPostgres;
let server: TestServer;
let moving: TestServer;
const SECRET = "a-secret-of-this-file-0123456789-0123456789";
beforeAll(async () => {
  postgres = await startPostgres({ log_statement: "all", logging_collector: "off" });
  // A worker whose last poll is older than three intervals, as on a busy machine, asks the database on each request. One that has
  // run for a while deletes what has expired.
  const patient = { DATABASE_URL: postgres.url, REVOCATION_POLL_MS: "20000", PRUNE_INTERVAL_SECONDS: "86400" };
  server = await startServer(patient);
  // One worker: each of them looks a token up.
  const settings = { AUTH_SECRET: SECRET, LEGACY_SIMPLEJWT: "2099-12-31", WEB_CONCURRENCY: "1" };
  moving = await startServer({ ...patient, ...settings });
});
afterAll(async () => {
  await Promise.all([server.stop(), moving.stop()]);
  await postgres.stop();
});

/** What workers ask by the clock: which sessions have ended, and which mails are due. */
const BY_THE_CLOCK = /from lineage, lateral|\b(?:from|update) mails\b/;

/** The application's statements during the work, without those that workers run by the clock. */
async function statementsDuring(action: () => Promise<void>): Promise<string[]> {
  const before = await mark("before");
  await action();
  const after = await mark("after");
  // Splits into entries: the further lines of a statement are indented.
  const entries = (await logFile()).split(/^(?=\S)/m).filter((entry) => /LOG: {2}(statement|execute [^:]+): /.test(entry));
  const indexOf = (text: string) => entries.findIndex((entry) => entry.includes(text));
  return entries.slice(indexOf(before) + 1, indexOf(after)).filter((entry) => !BY_THE_CLOCK.test(entry));
}

const logFile = () => readFile(join(postgres.directory, "postgres.log"), "utf8");

// Postgres logs a statement before it runs it, so every statement of an answered request is in the log.
async function mark(word: string): Promise<string> {
  const text = `'mark ${word} ${performance.now()}'`;
  // Past the pooler, which between clients of two time zones adds statements of its own.
  const client = new pg.Client({ connectionString: postgres.directUrl });
  await client.connect();
  await client.query(`select ${text}`);
  await client.end();
  await eventually(async () => (await logFile()).includes(text));
  return text;
}

test("the profile runs no SQL, and a refresh by cookie one statement", async () => {
  const { user, cookies } = await newSession(server.origin);
  const profiles = await statementsDuring(async () => {
    for (let count = 0; count < 50; count += 1) {
      const answer = await send(server.origin, "GET", "/api/user/profile/", { cookies });
      expect([answer.status, answer.json]).toEqual([200, { username: user.username }]);
    }
  });
  expect(profiles).toEqual([]);
  await passGrace(postgres.directUrl, cookies.refresh_token ?? "");
  const refresh = await statementsDuring(async () => {
    expect((await send(server.origin, "POST", "/api/token/refresh/", { cookies })).status).toBe(200);
  });
  expect(refresh).toHaveLength(1);
  expect(refresh[0]).toContain("update sessions s set generation");
});

test("a token that its signature alone refutes causes no statement", async () => {
  const statements = await statementsDuring(async () => {
    const cookies = { access_token: "a.b.c", refresh_token: "a.b.c" };
    expect((await send(server.origin, "GET", "/api/user/profile/", { cookies })).status).toBe(401);
    expect((await send(server.origin, "POST", "/api/token/refresh/", { cookies })).status).toBe(401);
  });
  expect(statements).toEqual([]);
});

test("an access token of simplejwt's is looked up once, and one that its signature refutes never", async () => {
  const { user } = await newSession(moving.origin);
  await comeFromDjango(postgres.directUrl, user.id);
  const { access } = logInAtDjango(user.id, SECRET);
  const profile = (token: string) =>
    send(moving.origin, "GET", "/api/user/profile/", { headers: { authorization: `Bearer ${token}` } });
  expect((await profile(access)).json).toEqual({ username: user.username });
  const statements = await statementsDuring(async () => {
    for (let count = 0; count < 20; count += 1) expect((await profile(access)).status).toBe(200);
    const { "a token of another secret": foreign = "", "a token of alg none": unsigned = "" } = mutations(access, SECRET);
    for (const token of [foreign, unsigned]) expect((await profile(token)).status).toBe(401);
  });
  expect(statements).toEqual([]);
});
