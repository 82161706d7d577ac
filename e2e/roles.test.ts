import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logIn, newSession, send } from "./client.ts";
import { eventually, withDatabase } from "./harness.ts";
import { type Launched, launch } from "./launch.ts";
import { startPostgresWithRoles } from "./postgres-with-roles.ts";

// As the containers run it: one role owns the tables and migrates, the application connects with another.

const command = (file: string) => ({ command: [process.execPath, "--import", "tsx", join("bin", file)] });
const SECRET = "Xq3vJ0nKcT8sLwZy1uRf5eHgB7aMdP2o";
const PASSWORD = "an app's p@ssword: %41/?#";

let postgres: Awaited<ReturnType<typeof startPostgresWithRoles>>;
let owner = "";
let application = "";

beforeAll(async () => {
  postgres = await startPostgresWithRoles(PASSWORD);
  ({ owner, application } = postgres);
});
afterAll(() => postgres.stop());

async function outcomeOf(launched: Launched): Promise<[status: number | null, errors: string]> {
  return [await launched.ended, launched.errors()];
}

test("the owner can migrate repeatedly, and the application does all its work with a role that owns nothing", async () => {
  const variables = { DATABASE_URL: owner, APP_DATABASE_URL: application };
  expect(await outcomeOf(launch(variables, command("migrate.ts")))).toEqual([0, ""]);
  expect(await outcomeOf(launch(variables, command("migrate.ts")))).toEqual([0, ""]);

  await writeFile(join(postgres.directory, "secret"), `${SECRET}\n`);
  await writeFile(join(postgres.directory, "url"), `${application}\n`);
  const files = {
    DATABASE_URL_FILE: join(postgres.directory, "url"),
    AUTH_SECRET: "",
    AUTH_SECRET_FILE: join(postgres.directory, "secret"),
  };
  const server = launch({ ...files, REVOCATION_POLL_MS: "50", WEB_CONCURRENCY: "1" }, command("serve.ts"));
  const origin = await server.origin;
  await eventually(async () => (await send(origin, "GET", "/api/health/ready/")).status === 200);
  const { user, cookies } = await newSession(origin);
  expect((await send(origin, "POST", "/api/token/refresh/", { cookies })).status).toBe(200);
  const again = await newSession(origin);
  expect((await send(origin, "POST", "/api/user/logout/", { cookies: again.cookies })).status).toBe(200);
  expect((await send(origin, "GET", "/api/user/profile/", { cookies: again.cookies })).status).toBe(401);
  await logIn(origin, user);
  // The triggers run with the rights of the role that changes the row.
  await withDatabase(application, async (query) => {
    await query("update users set is_active = false where username = $1", [user.username]);
    await query("delete from users where username = $1", [again.user.username]);
    const announced =
      "select from revocations join sessions on id = session_id join users u on u.id = user_id where u.username = $1";
    expect((await query(announced, [user.username])).length).toBeGreaterThan(0);
  });
  const log = server.output() + server.errors();
  for (const secret of [SECRET, PASSWORD, encodeURIComponent(PASSWORD)]) expect(log).not.toContain(secret);
  server.process.kill("SIGTERM");
  expect(await server.ended).toBe(0);
});

test.each([
  "create table mine (id int)",
  "create temporary table mine (id int)",
  "create schema mine",
  "create function mine() returns int language sql as 'select 1'",
  "create role mine",
  "create database mine",
  "drop table passwords",
  "truncate revocations",
  "alter table users add column mine int",
  "alter table users disable trigger disabled",
  "insert into migrations (name, run_on) values ('9999_mine', now())",
  "delete from migrations",
  "set role mcuser",
])("the application's role may not: %s", async (statement) => {
  // 42501: insufficient_privilege, also for "must be owner".
  await withDatabase(application, async (query) => {
    await expect(query(statement)).rejects.toMatchObject({ code: "42501" });
  });
});

test.each<[what: string, file: string, variables: Record<string, string>, line: RegExp]>([
  ["serving without anything", "serve.ts", { AUTH_SECRET: "" }, /DATABASE_URL must be a URL: .*; AUTH_SECRET is required\.$/],
  [
    "serving without a secret",
    "serve.ts",
    { DATABASE_URL: "postgres://a:b@c/d", AUTH_SECRET: "" },
    /: AUTH_SECRET is required\.$/,
  ],
  [
    "a file that is missing",
    "serve.ts",
    { AUTH_SECRET: "", AUTH_SECRET_FILE: "/no/file" },
    /AUTH_SECRET_FILE \/no\/file can't be read \(ENOENT\)/,
  ],
  ["a secret given twice", "serve.ts", { AUTH_SECRET_FILE: "/no/file" }, /AUTH_SECRET and AUTH_SECRET_FILE are both set/],
  ["migrating without a database", "migrate.ts", {}, /DATABASE_URL must be a URL/],
])("%s is refused with one line", async (_what, file, variables, line) => {
  const [status, errors] = await outcomeOf(launch(variables, command(file)));
  expect(status).toBe(1);
  expect(errors).toMatch(/^movieconnect: [^\n]+\n$/);
  expect(errors.trim()).toMatch(line);
});

test("the owner's role is refused as the application's", async () => {
  const [status, errors] = await outcomeOf(launch({ DATABASE_URL: owner, APP_DATABASE_URL: owner }, command("migrate.ts")));
  expect([status, errors]).toEqual([1, "movieconnect: mcuser owns the tables: give the application a role of its own\n"]);
});
