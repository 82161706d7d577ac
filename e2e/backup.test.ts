import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { passGrace } from "./change-session.ts";
import { logIn, newSession, send } from "./client.ts";
import { type DistributionPostgres, hasDistributionPostgres, startDistributionPostgres } from "./distribution-postgres.ts";
import { claimsOf } from "./forge.ts";
import { eventually, startServer, type TestServer } from "./harness.ts";

// A backup and its restore, by the operating guide's own commands, while the application runs; on the oldest Postgres that is tried.

const REFRESH = "/api/token/refresh/";

/** The arguments of a command in the guide's section on backups, without its role and its database. */
async function argumentsOf(program: string): Promise<string[]> {
  const guide = await readFile(join(import.meta.dirname, "..", "docs", "operating.md"), "utf8");
  const [, words = ""] = new RegExp(`exec -T db ${program} -U mcuser (.*?) movieconnect [<>]`).exec(guide) ?? [];
  return words.split(" ");
}

describe.skipIf(!hasDistributionPostgres())("a backup that is restored while the application runs", () => {
  let postgres: DistributionPostgres;
  let server: TestServer;
  beforeAll(async () => {
    postgres = await startDistributionPostgres();
    server = await startServer({ DATABASE_URL: postgres.url });
  });
  afterAll(async () => {
    await server?.stop();
    await postgres?.stop();
  });

  const refresh = (cookies: Record<string, string>) => send(server.origin, "POST", REFRESH, { cookies });
  const profile = async (cookies: Record<string, string>) =>
    (await send(server.origin, "GET", "/api/user/profile/", { cookies })).status;

  test("logs out no user who was active before and since, revives no logout, and ends sessions that the backup lacks", async () => {
    const [active, idle, leaver] = [
      await newSession(server.origin),
      await newSession(server.origin),
      await newSession(server.origin),
    ];
    const backup = postgres.run("pg_dump", await argumentsOf("pg_dump"));
    let { cookies } = active;
    for (const _ of [1, 2, 3]) {
      await passGrace(postgres.url, cookies.refresh_token ?? "");
      ({ cookies } = await refresh(cookies));
    }
    expect(claimsOf(cookies.refresh_token ?? "").gen).toBe(3);
    expect((await send(server.origin, "POST", "/api/user/logout/", { cookies: leaver.cookies })).status).toBe(200);
    const late = await newSession(server.origin);

    postgres.run("psql", await argumentsOf("psql"), backup);

    await eventually(() => server.output().includes('"event":"database_went_back"'), 10);
    for (const each of [cookies, idle.cookies]) {
      const renewed = await refresh(each);
      expect(renewed.status).toBe(200);
      expect(await profile(renewed.cookies)).toBe(200);
    }
    for (const each of [leaver.cookies, late.cookies]) {
      await eventually(async () => (await refresh(each)).status === 401, 5);
      await eventually(async () => (await profile(each)) === 401, 5);
    }
    await logIn(server.origin, active.user);
    expect(server.output()).toContain('"event":"database_behind"');
    expect(server.output()).not.toContain('"event":"replay"');
  });
});
