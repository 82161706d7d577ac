import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { passGrace } from "#e2e/change-session.ts";
import { freshName, newSession, PASSWORD, send, signUpBody } from "#e2e/client.ts";
import { eventually, startPostgres, startServer, type TestPostgres, type TestServer, withDatabase } from "#e2e/harness.ts";
import { launch, postmasterOf } from "#e2e/launch.ts";
import { hasPgBouncer, startPgBouncer, type TestPgBouncer } from "#e2e/pgbouncer-server.ts";

// Defaults of a server, a database or a role are its operator's choice, and must change no answer.

const MANAGE = [process.execPath, "--import", "tsx", join("bin", "manage.ts")];
const DATABASE = "database mcdatabase_dev";
const ROLE = "role mcuser";
const BOTH = `${ROLE} in ${DATABASE}`;

let postgres: TestPostgres;
let server: TestServer;
beforeAll(async () => {
  postgres = await startPostgres();
  server = await startServer({ DATABASE_URL: postgres.directUrl, WEB_CONCURRENCY: "1", REVOCATION_POLL_MS: "50" });
  await withDatabase(postgres.directUrl, (query) => query("create schema other; create table other.users (id int)"));
});
afterAll(async () => {
  await server.stop();
  await postgres.stop();
});

/** An operator's connection: with the defaults, except those that would stop an operator, too. */
function withoutLimits(): string {
  const limits = ["statement_timeout", "lock_timeout", "idle_session_timeout", "transaction_timeout"].map((name) => `${name}=0`);
  const settings = [...limits, "default_transaction_read_only=off"];
  return `${postgres.directUrl}?options=${encodeURIComponent(settings.map((setting) => `-c ${setting}`).join(" "))}`;
}

/** An account's whole life, in which every answer is the same as with an unchanged Postgres. */
async function live(origin: string): Promise<void> {
  const { username, email, age, password } = signUpBody(freshName());
  const post = (path: string, sent: object) => send(origin, "POST", path, sent);
  const created = await post("/api/user/signup/", { json: { username, email, age, password } });
  expect([created.status, created.json]).toEqual([201, { id: expect.any(Number), username, email, age: "1990-01-02" }]);
  const again = await post("/api/user/signup/", { json: { username, email, age, password } });
  expect([again.status, Object.keys(again.json)]).toEqual([400, ["username", "email"]]);
  const first = await post("/api/token/", { json: { username, password: PASSWORD } });
  const second = await post("/api/token/", { json: { username: email, password: PASSWORD } });
  expect([first.status, second.status]).toEqual([200, 200]);
  const { cookies } = first;
  const refreshes = await Promise.all([1, 2, 3, 4, 5].map(() => post("/api/token/refresh/", { cookies })));
  expect(refreshes.map(({ status, json }) => [status, json])).toEqual(Array(5).fill([200, { detail: "Token refreshed." }]));
  expect(new Set(refreshes.map((answer) => answer.cookies.refresh_token)).size).toBe(1);
  const current = refreshes[0]?.cookies ?? {};
  const profile = (sent: Record<string, string>) => send(origin, "GET", "/api/user/profile/", { cookies: sent });
  expect((await profile(current)).json).toEqual({ username });
  expect((await post("/api/user/logout/", { cookies: current })).status).toBe(200);
  expect((await profile(current)).status).toBe(401);
  expect((await profile(second.cookies)).status).toBe(200);
  // An operator's statement, in a session with the defaults: a trigger ends the user's other session.
  await withDatabase(withoutLimits(), (query) =>
    query("update public.users set is_active = false where username = $1", [username]),
  );
  await eventually(async () => (await profile(second.cookies)).status === 401, 5);
}

/** Sets defaults, makes the application connect anew, and resets them after the work. */
async function withDefaults(of: string, settings: string[], work: () => Promise<void>): Promise<void> {
  const alter = (changes: string[]) =>
    withDatabase(withoutLimits(), async (query) => {
      for (const change of changes) await query(`alter ${of} ${change}`);
      // Waits until they have ended: until then one may still take a statement, and fail it.
      await query("select pg_terminate_backend(pid, 30000) from pg_stat_activity where application_name = 'movieconnect'");
    });
  await alter(settings.map((setting) => `set ${setting}`));
  try {
    await work();
  } finally {
    await alter(settings.map((setting) => `reset ${setting.split(" ", 1)[0]}`));
  }
}

/** The application notices its ended connections one by one. */
async function isReconnected(origin: string): Promise<boolean> {
  const login = { json: { username: freshName(), password: PASSWORD } };
  const ready = await send(origin, "GET", "/api/health/ready/");
  return ready.status === 200 && (await send(origin, "POST", "/api/token/", login)).status === 401;
}

async function liveWith(of: string, settings: string[], origin: string): Promise<void> {
  await withDefaults(of, settings, async () => {
    await eventually(() => isReconnected(origin));
    await live(origin);
  });
}

const STYLES = [
  "DateStyle = 'German'",
  "DateStyle = 'SQL, DMY'",
  "DateStyle = 'Postgres, MDY'",
  "IntervalStyle = 'sql_standard'",
];
const PLACES = ["TimeZone = 'Asia/Kathmandu'", "TimeZone = 'America/St_Johns'", "search_path = other", "search_path = ''"];
const TRANSACTIONS = [
  "default_transaction_isolation = 'serializable'",
  "default_transaction_isolation = 'repeatable read'",
  "default_transaction_read_only = on",
  "default_transaction_deferrable = on",
];
const LIMITS = [
  "statement_timeout = 1",
  "lock_timeout = 1",
  "idle_session_timeout = 100",
  "idle_in_transaction_session_timeout = 1",
];
const FORMATS = [
  ...["extra_float_digits = -15", "bytea_output = 'escape'", "client_encoding = 'LATIN1'", "standard_conforming_strings = off"],
  ...["quote_all_identifiers = on", "transform_null_equals = on", "array_nulls = off", "row_security = off"],
  ...["plan_cache_mode = force_generic_plan", "enable_seqscan = off", "enable_indexscan = off", "jit_above_cost = 0"],
  ...["client_min_messages = debug5", "synchronous_commit = off", "xmlbinary = hex", "transaction_timeout = 1000"],
];

describe("a default changes no answer:", () => {
  test.each([
    ...[DATABASE, ROLE, BOTH].map((of) => [of, "DateStyle = 'German'"]),
    ...[...STYLES.slice(1), ...PLACES, ...TRANSACTIONS, ...LIMITS].map((setting) => [BOTH, setting]),
  ] as [string, string][])("%s, %s", (of, setting) => liveWith(of, [setting], server.origin));

  test.each(["repeatable read", "serializable"])(
    "default_transaction_isolation %s, where a statement has to wait for another",
    async (level) => {
      await withDefaults(BOTH, [`default_transaction_isolation = '${level}'`], async () => {
        await eventually(() => isReconnected(server.origin));
        const { user, cookies } = await newSession(server.origin);
        await passGrace(withoutLimits(), cookies.refresh_token ?? "");
        const refreshed = await withDatabase(withoutLimits(), async (query) => {
          await query("begin isolation level read committed");
          await query("update public.sessions set expires_at = expires_at + interval '1 s' where user_id = $1", [user.id]);
          const refresh = send(server.origin, "POST", "/api/token/refresh/", { cookies });
          const waiting = "select from pg_stat_activity where application_name = 'movieconnect' and wait_event_type = 'Lock'";
          await eventually(async () => (await query(waiting)).length > 0, 5);
          await query("commit");
          return refresh;
        });
        expect(refreshed.status).toBe(200);
      });
    },
  );

  test("all formats and plans together", () => liveWith(BOTH, FORMATS, server.origin));

  test.each(["DateStyle = 'SQL, DMY'", "search_path = ''", "default_transaction_read_only = on"])(
    "%s, in an operator's command and in migrations",
    async (setting) => {
      await withDefaults(BOTH, [setting], async () => {
        const variables = { DATABASE_URL: postgres.directUrl };
        const run = (...args: string[]) => launch(variables, { command: [...MANAGE, ...args], input: `${PASSWORD}\n` });
        const username = freshName();
        const given = ["--username", username, "--email", `${username}@example.com`, "--birth-date", "1990-01-02"];
        const created = run("user", "create", ...given, "--password-stdin");
        expect([await created.ended, created.errors()]).toEqual([0, ""]);
        const shown = run("user", "show", username, "--json");
        expect([await shown.ended, shown.errors()]).toEqual([0, ""]);
        expect(shown.output()).toContain('"1990-01-02"');
        const migrated = launch(variables, { command: [process.execPath, "--import", "tsx", join("bin", "migrate.ts")] });
        expect([await migrated.ended, migrated.errors()]).toEqual([0, ""]);
      });
    },
  );

  test("the whole server's, with another language and a replication role that fires no triggers", async () => {
    const file = join(postgres.directory, "postgres", "postgresql.auto.conf");
    const before = await readFile(file, "utf8");
    const reload = async () => process.kill((await postmasterOf(postgres.directory)) ?? 0, "SIGHUP");
    const shows = (name: string, value: string) => () =>
      withDatabase(postgres.directUrl, async (query) => (await query(`show ${name}`))[0]?.[name] === value);
    await appendFile(
      file,
      "session_replication_role = 'replica'\nDateStyle = 'German'\nlc_messages = 'de_DE.UTF-8'\ndefault_transaction_isolation = 'serializable'\n",
    );
    await reload();
    await eventually(shows("session_replication_role", "replica"));
    await eventually(() => isReconnected(server.origin));
    await live(server.origin);
    await writeFile(file, before);
    await reload();
    await eventually(shows("session_replication_role", "origin"));
  });
});

test("every trigger fires in whatever replication role, and finds its tables in whatever search_path", async () => {
  const [triggers, functions] = await withDatabase(postgres.directUrl, async (query) => [
    await query("select tgname from pg_trigger where not tgisinternal and tgenabled <> 'A'"),
    await query(
      `select proname from pg_proc where pronamespace = 'public'::regnamespace and prorettype = 'trigger'::regtype
       and not exists (select from unnest(proconfig) setting where setting like 'search_path=%')`,
    ),
  ]);
  expect([triggers, functions]).toEqual([[], []]);
});

describe.skipIf(!hasPgBouncer())("a default changes no answer through a PgBouncer that passes no settings on:", () => {
  let pooler: TestPgBouncer;
  let pooled: TestServer;
  beforeAll(async () => {
    pooler = await startPgBouncer(postgres.directUrl, { settings: { ignore_startup_parameters: "", default_pool_size: 3 } });
    pooled = await startServer({ DATABASE_URL: pooler.url, WEB_CONCURRENCY: "1", REVOCATION_POLL_MS: "50" });
  });
  afterAll(async () => {
    await pooled?.stop();
    await pooler?.stop();
  });

  test.each([
    ...["DateStyle = 'SQL, DMY'", "TimeZone = 'Asia/Kathmandu'", "client_encoding = 'LATIN1'"].map((setting) => [BOTH, setting]),
    ...[...PLACES.slice(2), ...TRANSACTIONS, "lock_timeout = 1"].map((setting) => [DATABASE, setting]),
    [BOTH, "default_transaction_isolation = 'serializable'"],
  ] as [string, string][])("%s, %s", (of, setting) => liveWith(of, [setting], pooled.origin));
});
