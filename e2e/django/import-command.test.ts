import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dump } from "#e2e/dump.ts";
import { eventually, withDatabase } from "#e2e/harness.ts";
import { launch } from "#e2e/launch.ts";
import { djangoPython } from "#e2e/tools/django.ts";
import { type Databases, startDatabases } from "./databases.ts";
import { type Django, startDjango } from "./django-server.ts";

// The command of the import: what it prints, what it needs, and what it does when it is stopped.

const COMMAND = [process.execPath, "--import", "tsx", "bin/manage.ts"];
const MANY = 8_000;

let databases: Databases;
let django: Django;
let directory: string;
beforeAll(async () => {
  if (djangoPython() === undefined) return;
  databases = await startDatabases();
  django = await startDjango(databases.superuser, "films", { userModel: "api.GenericUser" });
  directory = await mkdtemp(join(tmpdir(), "movieconnect-import-"));
});
afterAll(async () => {
  await django?.stop();
  await databases?.stop();
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
});

async function run(args: string[], variables: Record<string, string> = {}) {
  const launched = launch(
    { DATABASE_URL: databases.application, ...variables },
    { command: [...COMMAND, "import", "django", ...args] },
  );
  return { status: await launched.ended, output: launched.output(), errors: launched.errors() };
}

const superuserOf = (url: string) => Object.assign(new URL(databases.superuser), { pathname: new URL(url).pathname }).href;

/** So many users, by SQL. */
const addUsers = (site: string, count: number) =>
  withDatabase(site, (query) =>
    query(
      `insert into api_genericuser (username, email, password, birth_date, is_active, is_staff, is_superuser, first_name, last_name, date_joined)
       select 'user' || n, 'user' || n || '@example.com', 'pbkdf2_sha256$1000$salt$' || repeat('A', 43) || '=', '1990-01-02', true, false, false,
         '', '', now() from generate_series(1, $1::int) n`,
      [count],
    ),
  );

test.runIf(djangoPython())("an import that was killed is continued by the next one", async () => {
  const [site, home] = [await databases.copy(django.url), await databases.copy(databases.application)];
  await addUsers(site, MANY);
  const count = async () => Number((await withDatabase(home, (query) => query("select count(*) from users")))[0]?.count);
  // It gets no further than to the last page, which waits for whether another transaction keeps a name.
  await withDatabase(home, async (query) => {
    await query("begin");
    const own = [1_000_000_000, `user${MANY}`];
    await query("insert into users (id, username, username_key) overriding system value values ($1, $2, $2)", own);
    const killed = launch({ DATABASE_URL: home }, { command: [...COMMAND, "import", "django", "--from", site] });
    await eventually(async () => (await count()) > 0);
    killed.process.kill("SIGKILL");
    await killed.ended;
    await query("rollback");
  });
  const brought = await count();
  expect(brought).toBeLessThan(MANY);
  const { status, output } = await run(["--from", site, "--json"], { DATABASE_URL: home });
  expect(status).toBe(0);
  // A page may have been committed after the count, at the moment of the kill.
  const { created, unchanged } = JSON.parse(output).tally;
  expect([created + unchanged, created <= MANY - brought]).toEqual([MANY, true]);
  expect(await count()).toBe(MANY);
});

test.runIf(djangoPython())(
  "a role that may only read is enough at the site, where nothing is written, and the report names every row",
  async () => {
    const [site, home] = [await databases.copy(django.url), await databases.copy(databases.application)];
    await addUsers(site, 20);
    await withDatabase(site, async (query) => {
      await query("update api_genericuser set birth_date = null where id <= 7");
      await query("update api_genericuser set password = 'md5$salt$0123456789abcdef' where id = 1");
    });
    const superuser = superuserOf(site);
    await withDatabase(superuser, async (query) => {
      await query("create role reader login password 'reader'");
      await query("grant select on all tables in schema public to reader");
    });
    const before = await dump(superuser);
    const from = Object.assign(new URL(site), { username: "reader", password: "" }).href;
    // In the URL every user of the machine could read the password.
    const variables = { DATABASE_URL: home, PGPASSWORD: "reader" };
    const report = join(directory, "report.json");
    const dry = await run(["--from", from, "--dry-run", "--report", report], variables);
    expect([dry.status, dry.errors]).toEqual([0, ""]);
    expect(dry.output).toContain("New: 13 would come. Changed: 0 would be brought up to date. As before: 0. Left out: 7.");
    expect(dry.output).toMatch(/^7 +without_birth_date +refuse +1 "user1", 2 "user2", 3 "user3"$/m);
    expect(dry.output).toMatch(/--without-birth-date keep they come without one, and are asked for it at the next login$/m);
    const { rows, kinds } = JSON.parse(await readFile(report, "utf8"));
    expect(rows).toHaveLength(8);
    expect(rows).toContainEqual({ kind: "unknown_hash", id: 1, name: "user1", value: "md5", becomes: null });
    expect(kinds.without_birth_date).toMatchObject({ count: 7, policy: "refuse" });
    expect((await stat(report)).mode & 0o777).toBe(0o600);

    // Rows that were left out are left undone; a dry run answers a question.
    expect((await run(["--from", from], variables)).status).toBe(1);
    const mends = ["--without-birth-date", "keep", "--unknown-hash", "drop"];
    expect((await run(["--from", from, ...mends], variables)).status).toBe(0);
    expect(await dump(superuser)).toBe(before);
  },
);

test.runIf(djangoPython())("what an import can't do is one line that says what to do", async () => {
  const site = await databases.copy(django.url);
  const ours = superuserOf(databases.application);
  const closed = Object.assign(new URL(site), { port: "1" });
  const outcomes = await Promise.all([
    run(["--from", "mysql://root@127.0.0.1/films"]),
    run(["--from", closed.href]),
    run(["--from", ours]),
    run(["--from", Object.assign(new URL(site), { username: "mcapp", password: "application" }).href]),
    run(["--from", site, "--users-table", "auth_group"]),
    run(["--from", site, "--birth-date-column", "username"]),
    run(["--from", site, "--same-name", "drop"]),
    run(["--from", site], { AUTH_SECRET: "" }),
  ]);
  expect(outcomes.map(({ status, errors }) => `${status} ${errors}`)).toEqual([
    "2 movieconnect: --from must be a URL: postgres://user:password@host:5432/database\n",
    `1 movieconnect: the database 127.0.0.1:1${closed.pathname} can't be reached (ECONNREFUSED): start it, or check --from\n`,
    "1 movieconnect: --from is this application's own database: name the one of the Django site\n",
    '1 movieconnect: the role of --from may not read api_genericuser: grant select on "api_genericuser" to it\n',
    "1 movieconnect: auth_group is no table of Django's users: it lacks password, username, email, is_active, last_login, date_joined\n",
    '1 movieconnect: api_genericuser has no column "username" of type date: --birth-date-column names one\n',
    "2 movieconnect: --same-name takes rename, or refuse\n",
    "1 movieconnect: AUTH_SECRET is required with a DATABASE_URL: give the application's\n",
  ]);
});

test.runIf(djangoPython())("of several tables that may be the users', one is chosen by its name", async () => {
  const [site, home] = [await databases.copy(django.url), await databases.copy(databases.application)];
  await withDatabase(superuserOf(site), (query) =>
    query("create table old_users (like api_genericuser); grant select on old_users to public"),
  );
  const refused = await run(["--from", site], { DATABASE_URL: home });
  expect(refused).toMatchObject({
    status: 1,
    errors:
      "movieconnect: several tables of --from may be that of the users (api_genericuser, old_users): choose one with --users-table\n",
  });
  const { status, output } = await run(["--from", site, "--users-table", "api_genericuser"], { DATABASE_URL: home });
  expect([status, output]).toEqual([0, expect.stringContaining("Users in api_genericuser: 0")]);
});
