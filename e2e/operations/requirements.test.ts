import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { send } from "#e2e/client.ts";
import { eventually, withDatabase } from "#e2e/harness.ts";
import { launch } from "#e2e/launch.ts";
import { startPostgresWithRoles } from "#e2e/postgres-with-roles.ts";

// Databases that lack what the application needs: one line says what to do, and nothing is served.

const command = (file: string) => ({ command: [process.execPath, "--import", "tsx", join("bin", file)] });

let postgres: Awaited<ReturnType<typeof startPostgresWithRoles>>;
beforeAll(async () => {
  postgres = await startPostgresWithRoles("mcapp-password");
});
afterAll(() => postgres.stop());

/** @param statements run by the superuser; the first of a pair names the database to run the second in */
const administer = (statements: string[], database = "mcdatabase_dev") =>
  withDatabase(at(postgres.superuser, database), async (query) => {
    for (const statement of statements) await query(statement);
  });

function at(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}

async function migrate(owner: string, application = ""): Promise<[status: number | null, errors: string]> {
  const launched = launch({ DATABASE_URL: owner, APP_DATABASE_URL: application }, command("migrate.ts"));
  return [await launched.ended, launched.errors()];
}

describe.each<[what: string, statements: string[], inside: string[], line: RegExp]>([
  [
    "in SQL_ASCII",
    ["create database odd owner mcuser encoding 'SQL_ASCII' template template0"],
    [],
    /odd is encoded in SQL_ASCII, .* encoding 'UTF8' template template0/,
  ],
  [
    "in LATIN1",
    ["create database odd owner mcuser encoding 'LATIN1' template template0"],
    [],
    /odd is encoded in LATIN1, .* encoding 'UTF8' template template0/,
  ],
  ["where the role may create nothing", ["create database odd"], [], /may not create tables in the schema public: grant create/],
  [
    "where the role may not use the schema",
    ["create database odd"],
    ["revoke usage on schema public from public"],
    /mcuser may not use the schema public: grant usage/,
  ],
  ["without the schema", ["create database odd owner mcuser"], ["drop schema public"], /schema public is missing: create schema/],
  [
    "of another application, with users of its own",
    ["create database odd owner mcuser"],
    ["create table users (id int)", "create table migrations (id int, migration text, batch int)"],
    /tables of another application \(users, migrations\): give MovieConnect a database of its own/,
  ],
])("a database %s", (_what, statements, inside, line) => {
  afterAll(() => administer(["drop database odd with (force)"]));

  test("is not migrated, and one line says what to do", async () => {
    await administer(statements);
    await administer(inside, "odd");
    const [status, errors] = await migrate(at(postgres.owner, "odd"));
    expect(status).toBe(1);
    expect(errors).toMatch(/^movieconnect: [^\n]+\n$/);
    expect(errors).toMatch(line);
  });
});

test("npm start is refused with the same line", async () => {
  await administer(["create database odd owner mcuser encoding 'LATIN1' template template0"]);
  const launched = launch({ DATABASE_URL: at(postgres.owner, "odd") });
  expect([await launched.ended, launched.errors()]).toEqual([1, expect.stringMatching(/^movieconnect: [^\n]* LATIN1[^\n]*\n$/)]);
  await administer(["drop database odd with (force)"]);
});

test("an application on a database that a later version has migrated serves, and a line says so", async () => {
  await administer(["create database odd owner mcuser"]);
  const later = "insert into migrations (name, run_on) values ('9999_later', now())";
  expect(await migrate(at(postgres.owner, "odd"))).toEqual([0, ""]);
  await administer([later], "odd");
  const again = launch({ DATABASE_URL: at(postgres.owner, "odd") }, command("migrate.ts"));
  expect(await again.ended).toBe(0);
  expect(again.output()).toMatch(/^Note: the database was migrated by a later version \(9999_later\)/);
  await administer(["drop database odd with (force)"]);
});

test.each<[what: string, statement: string, undo: string, line: RegExp]>([
  ["is a superuser", "create role odd superuser login", "", /it is a superuser: give/],
  ["may create roles", "create role odd createrole login", "", /it may create roles: give/],
  ["may create databases", "create role odd createdb login", "", /it may create databases: give/],
  ["may replicate", "create role odd replication login", "", /it may replicate the whole server: give/],
  ["bypasses row-level security", "create role odd bypassrls login", "", /it bypasses row-level security: give/],
  ["is a member of the owner", "create role odd login in role mcuser", "", /it is a member of mcuser: give/],
  ["runs programs", "create role odd login in role pg_execute_server_program", "", /a member of pg_execute_server_program: give/],
  [
    "owns the schema",
    "create role odd login; alter schema public owner to odd",
    "alter schema public owner to pg_database_owner",
    /it owns the schema public: give/,
  ],
])("a role that %s is refused as the application's", async (_what, statement, undo, line) => {
  await administer([statement]);
  const application = Object.assign(new URL(postgres.application), { username: "odd" }).href;
  const [status, errors] = await migrate(postgres.owner, application);
  await administer([undo, "drop role odd"].filter(Boolean));
  expect(status).toBe(1);
  expect(errors).toMatch(/^movieconnect: the role odd can't be set up: [^\n]+\n$/);
  expect(errors).toMatch(line);
});

test("a worker whose role lacks a right is not ready, logs so once, and is ready once the role has it", async () => {
  expect(await migrate(postgres.owner, postgres.application)).toEqual([0, ""]);
  await administer(["revoke insert on sessions from mcapp", "alter role mcapp reset statement_timeout"]);
  const settings = { DATABASE_URL: postgres.application, REVOCATION_POLL_MS: "50", WEB_CONCURRENCY: "1", NODE_ENV: "production" };
  const server = launch(settings, command("serve.ts"));
  const origin = await server.origin;
  const ready = () => send(origin, "GET", "/api/health/ready/");
  const { status, json } = await ready();
  expect([status, json]).toEqual([
    503,
    { status: "not ready", checks: { revocations: false, migrations: false, serving: true, database: false } },
  ]);
  const lines = () => server.output().match(/"msg":"the role mcapp lacks rights \(insert on sessions\)[^\n]*/g);
  // The check runs again each second.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect((await ready()).status).toBe(503);
  expect(lines()).toHaveLength(1);
  await administer(["grant insert on sessions to mcapp"]);
  await eventually(async () => (await ready()).status === 200);
  server.process.kill("SIGTERM");
  expect(await server.ended).toBe(0);
  expect(server.output().match(/"level":50/g)).toHaveLength(1);
});

test("a worker is not ready before the migrations have run, and is ready afterwards", async () => {
  await administer(["create database odd owner mcuser"]);
  const url = at(postgres.owner, "odd");
  const server = launch({ DATABASE_URL: url, REVOCATION_POLL_MS: "50", WEB_CONCURRENCY: "1" }, command("serve.ts"));
  const origin = await server.origin;
  expect((await send(origin, "GET", "/api/health/ready/")).status).toBe(503);
  await eventually(() => server.output().includes('"msg":"the database is not migrated: run bin/migrate.ts'));
  expect(await migrate(url)).toEqual([0, ""]);
  await eventually(async () => (await send(origin, "GET", "/api/health/ready/")).status === 200);
  server.process.kill("SIGTERM");
  await server.ended;
  await administer(["drop database odd with (force)"]);
});

test("a worker that connects as a superuser serves, and logs so once", async () => {
  expect(await migrate(postgres.owner)).toEqual([0, ""]);
  const server = launch({ DATABASE_URL: postgres.superuser, WEB_CONCURRENCY: "1" }, command("serve.ts"));
  const origin = await server.origin;
  await eventually(async () => (await send(origin, "GET", "/api/health/ready/")).status === 200);
  server.process.kill("SIGTERM");
  await server.ended;
  expect(server.output().match(/"level":40[^\n]*"msg":"the role postgres is a superuser: let the application/g)).toHaveLength(1);
});
