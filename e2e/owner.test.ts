import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onPath } from "#e2e/tools/on-path.ts";
import { environmentWith } from "#lib/config.ts";
import { withDatabase } from "./harness.ts";
import { launch } from "./launch.ts";
import { startPostgresWithRoles } from "./postgres-with-roles.ts";

// The script that sets up the containers' database: the postgres image runs it in a new volume, after it has made the superuser
// and POSTGRES_DB.

const ROOT = join(import.meta.dirname, "..");
const PASSWORD = "an owner's p@ssword\\ $HOME `id`";

describe.skipIf(!onPath("psql") && process.env.CI !== "true")("the owner of the tables in a new volume", () => {
  let postgres: Awaited<ReturnType<typeof startPostgresWithRoles>>;
  let owner: URL;
  beforeAll(async () => {
    postgres = await startPostgresWithRoles("mcapp-password");
    await withDatabase(postgres.superuser, async (query) => {
      await query("alter role mcuser rename to of_the_embedded_one");
      await query("create database movieconnect");
    });
    owner = Object.assign(new URL(postgres.superuser), { username: "mcuser", password: "", pathname: "/movieconnect" });
    owner.password = encodeURIComponent(PASSWORD);
    const { hostname, port, password } = new URL(postgres.superuser);
    const env = environmentWith({
      ...{ POSTGRES_USER: "postgres", POSTGRES_PASSWORD: PASSWORD, POSTGRES_DB: "movieconnect" },
      ...{ PGHOST: hostname, PGPORT: port, PGPASSWORD: password },
    });
    const { status, stderr } = spawnSync("bash", [join(ROOT, "postgres", "owner.sh")], { env, encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  });
  afterAll(() => postgres.stop());

  test("is no superuser, migrates, and makes the application's role", async () => {
    const application = Object.assign(new URL(postgres.application), { pathname: "/movieconnect" }).href;
    const command = [process.execPath, "--import", "tsx", join("bin", "migrate.ts")];
    const launched = launch({ DATABASE_URL: owner.href, APP_DATABASE_URL: application }, { command });
    expect([await launched.ended, launched.errors(), launched.output()]).toEqual([0, "", "The schema is up to date.\n"]);
    const rows = await withDatabase(owner.href, (query) =>
      query(`select rolname, rolsuper, rolcreatedb, rolreplication, rolbypassrls from pg_roles
        where rolname in ('mcuser', 'mcapp') order by rolname`),
    );
    const nothing = { rolsuper: false, rolcreatedb: false, rolreplication: false, rolbypassrls: false };
    expect(rows).toEqual(["mcapp", "mcuser"].map((rolname) => ({ rolname, ...nothing })));
    const owners = await withDatabase(owner.href, (query) =>
      query("select distinct tableowner from pg_tables where schemaname = 'public'"),
    );
    expect(owners).toEqual([{ tableowner: "mcuser" }]);
  });

  test("sees tables, databases and users in psql", () => {
    const ask = (text: string) => spawnSync("psql", ["-X", owner.href, "-c", text], { encoding: "utf8" });
    expect(ask("\\dt").stdout).toMatch(/public \| users +\| table \| mcuser/);
    expect(ask("\\c").stdout).toContain('connected to database "movieconnect" as user "mcuser"');
    expect(ask("select * from users").stdout).toMatch(/username .*birth_date/);
  });

  test("leaves the superuser without a password, and so without access from other machines", async () => {
    await expect(withDatabase(postgres.superuser, (query) => query("select 1"))).rejects.toMatchObject({ code: "28P01" });
  });
});

test("the containers run that script, and connect only with roles that it makes", async () => {
  const files = ["docker-compose.yml", "docker-compose.override.yml", "docker-compose.prod.yml", "bin/make-secrets.sh"];
  const texts = await Promise.all(files.map((file) => readFile(join(ROOT, file), "utf8")));
  expect(texts[0]).toContain("./postgres/owner.sh:/docker-entrypoint-initdb.d/owner.sh:ro");
  for (const text of texts) expect(text).not.toMatch(/POSTGRES_USER:/);
  for (const [, role] of texts.join("").matchAll(/postgres:\/\/(\w+):/g)) expect(["mcuser", "mcapp"]).toContain(role);
});
