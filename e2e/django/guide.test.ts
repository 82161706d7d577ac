import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startDistributionPostgres } from "#e2e/distribution-postgres.ts";
import { withDatabase } from "#e2e/harness.ts";
import { distributionPostgres } from "#e2e/tools/distribution-postgres.ts";
import { djangoPython } from "#e2e/tools/django.ts";
import { environmentWith } from "#lib/config.ts";
import { startDjango } from "./django-server.ts";

// The blocks of docs/moving-from-django.md, one after the other and as they are written, with a Django site.

const ROOT = join(import.meta.dirname, "..", "..");

test.runIf(djangoPython() && distributionPostgres())(
  "a stranger who follows the guide moves every user, and gets each of its files and counts",
  async () => {
    const postgres = await startDistributionPostgres();
    const superuser = Object.assign(new URL(postgres.url), { username: "postgres", pathname: "/postgres" }).href;
    const at = (database: string, username = "postgres") =>
      Object.assign(new URL(superuser), { pathname: `/${database}`, username }).href;
    const django = await startDjango(superuser, "site");
    const people = ["ann", "bob", "cleo"].map((username) => ({
      username,
      email: `${username}@example.com`,
      encoded: "!",
      tokens: 1,
    }));
    django.addPeople(people);

    const guide = await readFile(join(ROOT, "docs", "moving-from-django.md"), "utf8");
    const blocks = [...guide.matchAll(/^```sh run\n(.*?)^```/gms)].map(([, block = ""]) => block);
    const directory = await mkdtemp(join(tmpdir(), "movieconnect-guide-"));
    // The commands run in a checkout, and leave their files where they are started.
    for (const name of ["bin", "lib", "db", "node_modules", "package.json", "tsconfig.json"])
      await symlink(join(ROOT, name), join(directory, name));
    const env = environmentWith({
      PATH: `${distributionPostgres()}:${process.env.PATH}`,
      DJANGO_OWNER_URL: at("site"),
      DJANGO_URL: at("site", "mover"),
      POSTGRES_URL: superuser,
      SITE_COPY_URL: at("site_copy"),
      REHEARSAL_URL: at("rehearsal"),
      DATABASE_URL: postgres.url,
      AUTH_SECRET: django.settings.secret,
      LEGACY_SIMPLEJWT: "2037-01-31",
    });
    const { stdout } = await promisify(execFile)("bash", ["-euc", blocks.join("\n")], { cwd: directory, env });
    await rm(directory, { recursive: true });
    expect(blocks.length).toBe(8);
    expect(stdout).toContain("3");
    const moved = await withDatabase(postgres.url, (query) => query("select id::int, username from users order by id"));
    expect(moved.map(({ username }) => username)).toEqual(["ann", "bob", "cleo"]);
    await django.stop();
    await postgres.stop();
  },
);
