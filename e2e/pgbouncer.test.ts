import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { passGrace } from "./change-session.ts";
import { logIn, newSession, PASSWORD, send, signUp } from "./client.ts";
import { eventually, startPostgres, type TestPostgres, withDatabase } from "./harness.ts";
import { type Launched, launch } from "./launch.ts";
import { hasPgBouncer, startPgBouncer, type TestPgBouncer } from "./pgbouncer-server.ts";
import { startPostgresWithRoles } from "./postgres-with-roles.ts";

// A pooler in transaction mode between application and Postgres: each transaction may get another connection, so that a
// connection's settings do not last. `TEST_PGBOUNCER=on npx vitest run` runs every other test through one.

const ROTATIONS = 50;
const command = (file: string) => ({ command: [process.execPath, "--import", "tsx", join("bin", file)] });

describe.skipIf(!hasPgBouncer())("through PgBouncer in transaction mode", () => {
  let postgres: Awaited<ReturnType<typeof startPostgresWithRoles>>;
  let pooler: TestPgBouncer;
  let application: string;
  let server: Launched;
  let origin = "";
  beforeAll(async () => {
    postgres = await startPostgresWithRoles("an app's p@ssword");
    // Far fewer connections than the application opens, so that it always shares them.
    pooler = await startPgBouncer(postgres.owner, { roles: [postgres.application], settings: { default_pool_size: 2 } });
    const url = new URL(postgres.application);
    url.port = new URL(pooler.url).port;
    application = url.href;
  });
  afterAll(async () => {
    server?.process.kill("SIGTERM");
    await server?.ended;
    await pooler.stop();
    await postgres.stop();
  });

  test("several commands migrate at once, and leave no lock behind", async () => {
    const variables = { DATABASE_URL: pooler.url, APP_DATABASE_URL: application };
    const runs = [1, 2, 3].map(() => launch(variables, command("migrate.ts")));
    const outcomes = await Promise.all(runs.map(async (run) => [await run.ended, run.errors()]));
    expect(outcomes).toEqual([1, 2, 3].map(() => [0, ""]));
    await withDatabase(postgres.owner, async (query) => {
      expect(await query("select * from pg_locks where locktype = 'advisory'")).toEqual([]);
    });
  });

  test("the server's own limit ends long statements of the application's role, without a connection's setting", async () => {
    await withDatabase(application, async (query) => {
      expect(await query("show statement_timeout")).toEqual([{ statement_timeout: "1500ms" }]);
      // 57014: query_canceled
      await expect(query("select pg_sleep(10)")).rejects.toMatchObject({ code: "57014" });
    });
  });

  test("users sign up, log in, refresh in parallel and log out", async () => {
    const variables = { WEB_CONCURRENCY: "2", REVOCATION_POLL_MS: "200", RATE_LIMITS: "on" };
    server = launch({ ...variables, DATABASE_URL: application }, command("serve.ts"));
    origin = await server.origin;
    await eventually(async () => (await send(origin, "GET", "/api/health/ready/")).status === 200);
    const { user, cookies } = await newSession(origin);
    await passGrace(application, cookies.refresh_token ?? "");
    const refreshes = Array.from({ length: ROTATIONS }, () => send(origin, "POST", "/api/token/refresh/", { cookies }));
    const answers = await Promise.all(refreshes);
    expect(answers.map(({ status }) => status)).toEqual(Array(ROTATIONS).fill(200));
    expect(new Set(answers.map((answer) => answer.cookies.refresh_token)).size).toBe(1);
    expect(answers[0]?.cookies.refresh_token).not.toBe(cookies.refresh_token);
    const successor = answers[0]?.cookies ?? {};
    const other = await logIn(origin, user);
    expect((await send(origin, "POST", "/api/user/logout/", { cookies: successor })).status).toBe(200);
    const profile = (sent: Record<string, string>) => send(origin, "GET", "/api/user/profile/", { cookies: sent });
    // Each request may reach another worker.
    await eventually(async () => {
      const asked = await Promise.all(Array.from({ length: 12 }, () => profile(successor)));
      return asked.every(({ status }) => status === 401);
    }, 5);
    expect((await profile(other.cookies)).status).toBe(200);
  });

  test("attempts are counted exactly", async () => {
    const { username } = await signUp(origin);
    const guess = () => send(origin, "POST", "/api/token/", { json: { username, password: `not ${PASSWORD}` } });
    const answers = await Promise.all(Array.from({ length: 15 }, guess));
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([count(401), count(429)]).toEqual([10, 5]);
  });

  test("connections that PgBouncer or Postgres drops are replaced", async () => {
    const { cookies } = await newSession(origin);
    const others = "from pg_stat_activity where pid <> pg_backend_pid() and usename = current_user";
    await withDatabase(postgres.application, (query) => query(`select pg_terminate_backend(pid) ${others}`));
    await eventually(async () => (await send(origin, "POST", "/api/token/refresh/", { cookies })).status === 200);
  });
});

// PgBouncer's own defaults and its other modes: it passes none of the application's settings on.
describe.skipIf(!hasPgBouncer())("through a PgBouncer that was told nothing of the application", () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  test.each(["transaction", "session"])("in %s mode the application serves, and logs once what it lacks", async (mode) => {
    const settings = { pool_mode: mode, ignore_startup_parameters: "" };
    const pooler = await startPgBouncer(postgres.directUrl, { settings });
    try {
      const variables = { DATABASE_URL: `${pooler.url}?pgbouncer=true`, WEB_CONCURRENCY: "1" };
      const migrated = launch(variables, command("migrate.ts"));
      expect([await migrated.ended, migrated.errors()]).toEqual([0, ""]);
      const server = launch(variables, command("serve.ts"));
      const origin = await server.origin;
      await eventually(async () => (await send(origin, "GET", "/api/health/ready/")).status === 200);
      const { cookies } = await newSession(origin);
      expect((await send(origin, "POST", "/api/token/refresh/", { cookies })).status).toBe(200);
      const warnings = server
        .output()
        .split("\n")
        .filter((line) => line.includes("passes on none of"));
      expect(warnings).toEqual([expect.stringContaining("statement_timeout")]);
      server.process.kill("SIGTERM");
      await server.ended;
    } finally {
      await pooler.stop();
    }
  });

  test("in statement mode, which allows no transactions, nothing is migrated or served, and one line says why", async () => {
    const pooler = await startPgBouncer(postgres.directUrl, { settings: { pool_mode: "statement" } });
    const variables = { DATABASE_URL: `${pooler.url}?pgbouncer=true`, WEB_CONCURRENCY: "1" };
    const migrated = launch(variables, command("migrate.ts"));
    const line = /^movieconnect: [^\n]*pool_mode = transaction[^\n]*\n$/;
    expect([await migrated.ended, migrated.errors()]).toEqual([1, expect.stringMatching(line)]);
    const server = launch(variables, command("serve.ts"));
    const origin = await server.origin;
    const lines = () => server.output().match(/set its pool_mode to transaction/g) ?? [];
    await eventually(() => lines().length > 0);
    expect((await send(origin, "GET", "/api/health/ready/")).status).toBe(503);
    expect(lines()).toHaveLength(1);
    server.process.kill("SIGTERM");
    await server.ended;
    await pooler.stop();
  });

  test("commands work, and print no warning", async () => {
    const pooler = await startPgBouncer(postgres.directUrl, { settings: { ignore_startup_parameters: "" } });
    const show = ["user", "show", "nobody-of-that-name"];
    const run = launch(
      { DATABASE_URL: pooler.url },
      { command: [process.execPath, "--import", "tsx", join("bin", "manage.ts"), ...show] },
    );
    expect([await run.ended, run.errors()]).toEqual([1, expect.stringMatching(/^movieconnect: there is no user [^\n]+\n$/)]);
    await pooler.stop();
  });
});
